import {
  type Behaviour,
  type Draft,
  type Fields,
  invalid,
  type Machine,
  mergedMetadata,
  type Params,
  type StripeObject,
} from '../../engine/index.ts';
import { type Afterthought, soon } from '../soon.ts';
import { reinstate } from './open.ts';

const INQUIRY = ['warning_needs_response', 'warning_under_review'];
const ANSWERABLE = ['needs_response', 'warning_needs_response'];

const closed = (dispute: StripeObject) => invalid(`This dispute is already closed: its status is ${dispute.status}.`);
const notAnswerable = (dispute: StripeObject) =>
  invalid(`Evidence can be submitted while a dispute needs a response; the status of this one is ${dispute.status}.`, 'evidence');

const machine: Machine = {
  field: 'status',
  moves: { close: { from: ['needs_response', 'under_review', ...INQUIRY], to: ['lost', 'warning_closed'] } },
  refusal: (dispute) => closed(dispute),
};

/** Evidence is staged with `submit=false` and sent otherwise; it can be sent once. */
function update(_draft: Draft, before: StripeObject, params: Params): Fields {
  const { evidence } = params;
  const sends = params.submit === true || (evidence !== undefined && params.submit !== false);
  if ((sends || evidence !== undefined) && !ANSWERABLE.includes(before.status)) throw notAnswerable(before);
  const merged = { ...before.evidence, ...evidence };
  const details = { ...before.evidence_details, has_evidence: before.evidence_details.has_evidence || evidence !== undefined };
  return {
    evidence: merged,
    evidence_details: sends ? { ...details, submission_count: details.submission_count + 1, submission_method: 'manual' } : details,
    metadata: params.metadata === undefined ? before.metadata : mergedMetadata(before.metadata, params.metadata),
    ...(sends && { status: before.status === 'warning_needs_response' ? 'warning_under_review' : 'under_review' }),
  };
}

/** The test bank reads one word of the evidence (documented); without it the dispute stays under review. */
function isRuled(dispute: StripeObject): 'won' | 'lost' | undefined {
  const text = dispute.evidence?.uncategorized_text;
  return text === 'winning_evidence' ? 'won' : text === 'losing_evidence' ? 'lost' : undefined;
}

function end(draft: Draft, dispute: StripeObject, outcome: 'won' | 'lost'): StripeObject {
  const status = INQUIRY.includes(dispute.status) ? 'warning_closed' : outcome;
  const told = draft.set(dispute, { status }, { event: status === 'won' ? 'charge.dispute.updated' : null });
  const settled = status === 'won' ? reinstate(draft, told) : told;
  draft.emit('charge.dispute.closed', settled);
  return settled;
}

export const ruling: Afterthought = {
  object: 'dispute',
  what: 'be ruled on',
  act: (draft, dispute) => {
    const outcome = isRuled(dispute);
    if (outcome !== undefined && dispute.status.endsWith('under_review')) end(draft, dispute, outcome);
  },
};

export const dispute: Behaviour = {
  object: 'dispute',
  grade: 'lived',
  events: { created: 'charge.dispute.created', updated: 'charge.dispute.updated' },
  machine,
  filters: { charge: 'charge', payment_intent: 'payment_intent' },
  update,
  updated: (draft, after) => {
    if (after.status.endsWith('under_review') && isRuled(after) !== undefined) soon(draft, after, ruling.what);
    return after;
  },
  actions: { close: (draft, target) => end(draft, target, 'lost') },
};
