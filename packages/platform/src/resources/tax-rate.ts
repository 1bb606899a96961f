import { type Behaviour, type Draft, type Fields, invalid, type Params, type StripeObject } from '../engine/index.ts';

const outOfRange = (value: number) =>
  invalid(`Invalid percentage: must be between 0 and 100 with at most 4 decimal places, but it is ${value}.`, 'percentage');
const nameless = () =>
  invalid(
    'You passed an empty string for display_name. A tax rate needs a name that customers read on invoices.',
    'display_name',
    'parameter_invalid_empty',
  );
const tooMany = (count: number, at: string) => invalid(`You may specify at most 5 tax rates, but you gave ${count}.`, at);
const archived = (id: string, at: string) => invalid(`The tax rate ${id} is archived. Set its active to true, or use another one.`, at);

function create(_draft: Draft, params: Params): Fields {
  const { percentage } = params;
  if (percentage < 0 || percentage > 100 || Number(percentage.toFixed(4)) !== percentage) throw outOfRange(percentage);
  if (params.display_name === '') throw nameless();
  return {
    active: params.active ?? true,
    effective_percentage: null,
    flat_amount: null,
    jurisdiction_level: null,
    rate_type: 'percentage',
  };
}

/** The tax rates of a parameter, whole as Stripe embeds them; `undefined` where the parameter is not given. */
export function taxRates(draft: Draft, given: unknown, at: string): StripeObject[] | undefined {
  if (given === undefined) return undefined;
  if (!Array.isArray(given)) return [];
  if (given.length > 5) throw tooMany(given.length, at);
  return given.map((id: string, index) => {
    const rate = draft.need('tax_rate', id, `${at}[${index}]`);
    if (!rate.active) throw archived(id, `${at}[${index}]`);
    return rate;
  });
}

/** Percentage and kind can never change (the contract has no parameter for them): an archived rate is replaced by a new one. */
export const taxRate: Behaviour = { object: 'tax_rate', grade: 'lived', create };
