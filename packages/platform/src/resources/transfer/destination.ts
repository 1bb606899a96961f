import type { Draft, Fields, StripeObject } from '../../engine/index.ts';
import { collectDestinationFee } from '../application-fee.ts';
import type { FeeDetail } from '../balance/ledger.ts';
import { destinationWorld, makeTransfer, ownApplication } from './make.ts';

const feeDetail = (draft: Draft, charge: StripeObject): FeeDetail | undefined => {
  const asked = charge.application_fee_amount;
  if (typeof asked !== 'number' || asked <= 0) return undefined;
  return {
    amount: Math.min(asked, charge.amount_captured),
    application: ownApplication(draft),
    currency: charge.currency,
    description: 'application fee',
    type: 'application_fee',
  };
};

/** A destination charge passes its money on when it is captured (api-and-events 3.8). Answers what the charge says of it. */
export function passOn(draft: Draft, charge: StripeObject, availableOn: number): Fields {
  const { transfer_data: passes, currency } = charge;
  if (typeof passes?.destination !== 'string') return {};
  const group = charge.transfer_group ?? `group_${charge.payment_intent ?? charge.id}`;
  const fee = feeDetail(draft, charge);
  const transfer = makeTransfer(draft, {
    amount: Math.min(passes.amount ?? charge.amount_captured, charge.amount_captured),
    currency,
    destination: destinationWorld(draft, passes.destination, 'transfer_data[destination]'),
    source: { charge, availableOn },
    ...(fee !== undefined && { fee }),
    fields: { transfer_group: group },
  });
  const earned = fee === undefined ? {} : { application_fee: collectDestinationFee(draft, charge, { transfer, fee, availableOn }).id };
  return { transfer: transfer.id, transfer_group: group, ...earned };
}
