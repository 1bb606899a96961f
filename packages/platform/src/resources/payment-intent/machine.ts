import { type Machine, refuse, type StripeError, type StripeObject } from '../../engine/index.ts';

const OPEN = ['requires_payment_method', 'requires_confirmation', 'requires_action'];

const SENTENCES: Readonly<Record<string, (object: StripeObject) => string>> = {
  confirm: (intent) =>
    intent.status === 'succeeded'
      ? 'You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.'
      : `You cannot confirm this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be confirmed: requires_confirmation, requires_action, requires_payment_method.`,
  cancel: (intent) =>
    `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be canceled: requires_payment_method, requires_capture, requires_reauthorization, requires_confirmation, requires_action, expired, processing.`,
  increment_authorization: (intent) =>
    `This PaymentIntent could not be incremented because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be incremented: requires_capture.`,
  capture: (intent) =>
    `This PaymentIntent could not be captured because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be captured: requires_capture.`,
};

/** All refusals of a state are 400 and carry the whole payment intent (captured). */
export const unexpectedState = (intent: StripeObject, message: string): StripeError =>
  refuse({ status: 400, code: 'payment_intent_unexpected_state', message, more: { payment_intent: intent } });

export const machine: Machine = {
  field: 'status',
  moves: {
    confirm: { from: OPEN, to: ['succeeded', 'requires_capture', 'requires_action', 'requires_payment_method', 'processing'] },
    capture: { from: ['requires_capture'], to: ['succeeded', 'requires_capture'] },
    increment_authorization: { from: ['requires_capture'], to: ['requires_capture'] },
    apply_customer_balance: { from: ['requires_action'], to: ['requires_action', 'succeeded'] },
    verify_microdeposits: { from: ['requires_action'], to: ['processing'] },
    cancel: { from: [...OPEN, 'requires_capture', 'processing'], to: ['canceled'] },
  },
  refusal: (intent, action) =>
    unexpectedState(intent, SENTENCES[action]?.(intent) ?? `This PaymentIntent has a status of ${intent.status}.`),
};
