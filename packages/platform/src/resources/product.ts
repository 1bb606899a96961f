import { type Behaviour, type Draft, type Fields, invalid, type Params, type StripeObject } from '../engine/index.ts';
import { insertPrice } from './price.ts';

const hasPrices = (id: string) =>
  invalid(
    `This product cannot be deleted because it has one or more user-created prices. Archive it instead by setting active to false (${id}).`,
  );

function create(draft: Draft, params: Params): Fields {
  return {
    active: params.active ?? true,
    type: params.type ?? 'service',
    updated: draft.now,
    images: params.images ?? [],
    default_price: null,
  };
}

function created(draft: Draft, product: StripeObject, params: Params): StripeObject {
  if (params.default_price_data === undefined) return product;
  const price = insertPrice(draft, { ...params.default_price_data, product: product.id });
  return draft.set(product, { default_price: price.id });
}

function update(draft: Draft, before: StripeObject, params: Params): Fields {
  if (typeof params.default_price === 'string') {
    const price = draft.need('price', params.default_price, 'default_price');
    if (price.product !== before.id) throw invalid(`The price ${price.id} does not belong to the product ${before.id}.`, 'default_price');
  }
  return { updated: draft.now };
}

function remove(draft: Draft, product: StripeObject): 'stub' {
  if (draft.find('price', [['product', product.id]]).length > 0) throw hasPrices(product.id);
  return 'stub';
}

export const product: Behaviour = {
  object: 'product',
  grade: 'lived',
  id: { chosenBy: 'id' },
  filters: { ids: (row, value) => Array.isArray(value) && value.includes(row.id), shippable: 'shippable', url: 'url' },
  create,
  created,
  update,
  remove,
};
