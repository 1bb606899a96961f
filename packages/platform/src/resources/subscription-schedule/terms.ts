import { step } from '@annex/money';
import { type Draft, type Fields, invalid, mergedMetadata, type Params, type StripeObject } from '../../engine/index.ts';
import { priceFor } from '../price.ts';
import { checkFeePercent } from '../subscription/create.ts';
import { taxRates } from '../tax-rate.ts';

const noPhases = () => invalid('Missing required param: phases.', 'phases', 'parameter_missing');
const noEnd = (at: string) =>
  invalid(
    'You must specify an `end_date` or a `duration` for every phase that is followed by another.',
    `${at}[end_date]`,
    'parameter_missing',
  );
const twoEnds = (at: string) => invalid('You may only specify one of these parameters: end_date, duration.', `${at}[end_date]`);
const noTime = (at: string) => invalid('The end of a phase must be later than its beginning.', `${at}[end_date]`);
const gap = (at: string) =>
  invalid('Phases must follow each other without a gap: each begins when the one before it ends.', `${at}[start_date]`);
const twoTrials = (at: string) => invalid('You may only specify one of these parameters: trial, trial_end.', `${at}[trial]`);
const lateTrial = (at: string) => invalid('The trial of a phase must end within the phase.', `${at}[trial_end]`);
const tooMany = (count: number) => invalid(`A schedule can have at most 10 current and future phases, but ${count} were given.`, 'phases');

const MOST_PHASES = 10;

const discountsOf = (given: unknown): Fields[] =>
  Array.isArray(given)
    ? given.map((each: Params) => ({
        coupon: each.coupon ?? null,
        discount: each.discount ?? null,
        promotion_code: each.promotion_code ?? null,
      }))
    : [];

function itemOf(draft: Draft, item: Params, at: string): Fields {
  const price = priceFor(draft, { ...item, price: item.price ?? item.plan }, at);
  const metered = price.recurring?.usage_type === 'metered';
  return {
    billing_thresholds: null,
    discounts: discountsOf(item.discounts),
    metadata: mergedMetadata({}, item.metadata ?? {}),
    plan: price.id,
    price: price.id,
    ...(!metered && { quantity: item.quantity ?? 1 }),
    tax_rates: taxRates(draft, item.tax_rates, `${at}[tax_rates]`) ?? [],
  };
}

function extraOf(draft: Draft, extra: Params, at: string): Fields {
  const price = priceFor(draft, extra, at);
  return {
    discountable: extra.discountable ?? null,
    discounts: discountsOf(extra.discounts),
    metadata: mergedMetadata({}, extra.metadata ?? {}),
    period: extra.period ?? { start: { type: 'phase_start' }, end: { type: 'min_item_period_end' } },
    price: price.id,
    quantity: extra.quantity ?? 1,
    tax_rates: taxRates(draft, extra.tax_rates, `${at}[tax_rates]`) ?? [],
  };
}

/** When a phase ends: at a date, after a duration, or after one period of its items where nothing follows it. */
function endOf(draft: Draft, phase: Params, where: { start: number; at: string; isLast: boolean }): number {
  const { start, at, isLast } = where;
  if (phase.end_date !== undefined && phase.duration !== undefined) throw twoEnds(at);
  if (typeof phase.end_date === 'number') {
    if (phase.end_date <= start) throw noTime(at);
    return phase.end_date;
  }
  if (phase.duration !== undefined)
    return step(start, { interval: phase.duration.interval, interval_count: phase.duration.interval_count ?? 1 }, 1);
  if (!isLast) throw noEnd(at);
  const price = draft.get('price', phase.items[0]?.price);
  return price?.recurring ? step(start, price.recurring, 1) : start + 30 * 86_400;
}

function trialOf(phase: Params, span: { start: number; end: number }, at: string): number | null {
  if (phase.trial === true && phase.trial_end !== undefined) throw twoTrials(at);
  if (phase.trial === true) return span.end;
  if (typeof phase.trial_end !== 'number') return null;
  if (phase.trial_end > span.end) throw lateTrial(at);
  return phase.trial_end > span.start ? phase.trial_end : null;
}

function phaseOf(draft: Draft, phase: Params, where: { start: number; at: string; isLast: boolean }): StripeObject {
  const { start, at } = where;
  checkFeePercent(draft, phase);
  const end = endOf(draft, phase, where);
  const items = (phase.items as Params[]).map((item, index) => itemOf(draft, item, `${at}[items][${index}]`));
  const currency = phase.currency ?? draft.get('price', items[0]?.price as string)?.currency;
  const settings = phase.invoice_settings;
  return {
    add_invoice_items: (phase.add_invoice_items ?? []).map((extra: Params, index: number) =>
      extraOf(draft, extra, `${at}[add_invoice_items][${index}]`),
    ),
    application_fee_percent: phase.application_fee_percent ?? null,
    ...(phase.automatic_tax !== undefined && {
      automatic_tax: { disabled_reason: null, enabled: phase.automatic_tax.enabled, liability: null },
    }),
    billing_cycle_anchor: phase.billing_cycle_anchor ?? null,
    billing_thresholds: null,
    collection_method: phase.collection_method ?? null,
    currency,
    default_payment_method: phase.default_payment_method ?? null,
    default_tax_rates: taxRates(draft, phase.default_tax_rates, `${at}[default_tax_rates]`) ?? [],
    description: phase.description ?? null,
    discounts: discountsOf(phase.discounts),
    end_date: end,
    invoice_settings:
      settings === undefined
        ? null
        : { account_tax_ids: null, custom_fields: null, days_until_due: null, description: null, footer: null, issuer: null, ...settings },
    items,
    metadata: mergedMetadata({}, phase.metadata ?? {}),
    on_behalf_of: phase.on_behalf_of ?? null,
    proration_behavior: phase.proration_behavior ?? 'create_prorations',
    start_date: start,
    transfer_data: null,
    trial_end: trialOf(phase, { start, end }, at),
  } as unknown as StripeObject;
}

/** The phases of a request, each from where the one before it ends. `start` is the first one's beginning. */
export function phasesOf(draft: Draft, given: unknown, start: number): StripeObject[] {
  if (!Array.isArray(given) || given.length === 0) throw noPhases();
  if (given.length > MOST_PHASES) throw tooMany(given.length);
  const phases: StripeObject[] = [];
  given.forEach((phase: Params, index) => {
    const at = `phases[${index}]`;
    const from = phases.at(-1)?.end_date ?? start;
    if (typeof phase.start_date === 'number' && phase.start_date !== from) throw gap(at);
    phases.push(phaseOf(draft, phase, { start: from, at, isLast: index === given.length - 1 }));
  });
  return phases;
}

export function settingsOf(given: Params | undefined, before?: StripeObject): Fields {
  const own = given ?? {};
  const settings = own.invoice_settings;
  return {
    application_fee_percent: own.application_fee_percent ?? before?.application_fee_percent ?? null,
    automatic_tax: {
      disabled_reason: null,
      enabled: own.automatic_tax?.enabled ?? before?.automatic_tax?.enabled ?? false,
      liability: null,
    },
    billing_cycle_anchor: own.billing_cycle_anchor ?? before?.billing_cycle_anchor ?? 'automatic',
    billing_thresholds: null,
    collection_method: own.collection_method ?? before?.collection_method ?? 'charge_automatically',
    default_payment_method: own.default_payment_method ?? before?.default_payment_method ?? null,
    description: own.description ?? before?.description ?? null,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      days_until_due: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
      ...before?.invoice_settings,
      ...settings,
    },
    on_behalf_of: own.on_behalf_of ?? before?.on_behalf_of ?? null,
    transfer_data: null,
  };
}
