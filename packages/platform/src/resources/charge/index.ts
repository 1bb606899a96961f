import { type Behaviour, notSimulated } from '../../engine/index.ts';

export const charge: Behaviour = {
  object: 'charge',
  grade: 'lived',
  filters: { customer: 'customer', payment_intent: 'payment_intent', transfer_group: 'transfer_group' },
  create: () => {
    throw notSimulated('charges made without a payment intent; create a PaymentIntent with confirm=true');
  },
};
