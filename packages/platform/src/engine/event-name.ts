import type { Contract } from '@annex/contract';

/** The naming rule, where the contract knows the event: `coupon.created`; `issuing_card.created` of an `issuing.card`. */
export function eventNameOf(contract: Contract, object: string, verb: string): string | undefined {
  const plain = `${object}.${verb}`;
  if (contract.eventTypes.has(plain)) return plain;
  const flat = `${object.replaceAll('.', '_')}.${verb}`;
  return contract.eventTypes.has(flat) ? flat : undefined;
}
