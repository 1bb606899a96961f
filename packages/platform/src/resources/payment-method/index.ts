import { type Behaviour, type Draft, invalid, type Params, type StripeObject } from '../../engine/index.ts';
import { attach, detach } from './attach.ts';
import { methodFromParams } from './make.ts';

/** Listed by customer, under the customer's own address too. */
function ofCustomer(draft: Draft, params: Params, ids: readonly string[]): unknown {
  const customer = draft.need('customer', ids[0]!, 'customer');
  const all = draft.find(
    'payment_method',
    [['customer', customer.id]],
    params.type === undefined ? undefined : (row) => row.type === params.type,
  );
  const from = params.starting_after === undefined ? 0 : all.findIndex((row) => row.id === params.starting_after) + 1;
  const limit = params.limit ?? 10;
  const data = all.slice(from, from + limit);
  return { object: 'list', url: `/v1/customers/${customer.id}/payment_methods`, has_more: from + limit < all.length, data };
}

const customerAlone = () =>
  invalid('You may only give `customer` together with `payment_method`. Attach the payment method to the customer instead.', 'customer');

function create(draft: Draft, params: Params): StripeObject {
  if (params.customer !== undefined) throw customerAlone();
  return methodFromParams(draft, params);
}

export const paymentMethod: Behaviour = {
  object: 'payment_method',
  grade: 'lived',
  filters: { type: 'type', customer: 'customer' },
  actions: {
    attach: (draft, method, params) => attach(draft, method.id, draft.need('customer', params.customer, 'customer').id),
    detach: (draft, method) => detach(draft, method),
  },
  specials: {
    'POST /v1/payment_methods': create,
    'GET /v1/customers/{id}/payment_methods': ofCustomer,
    'POST /v1/payment_methods/{id}/attach': (draft, params, ids) =>
      attach(draft, ids[0]!, draft.need('customer', params.customer, 'customer').id),
  },
};
