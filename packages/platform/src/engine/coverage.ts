import type { Grade } from './behaviour.ts';
import type { Engine } from './execute.ts';

export interface CoveredOperation {
  /** `POST /v1/customers/{id}` */
  readonly key: string;
  readonly grade: Grade;
}

/** How faithful each v1 operation is, as the engine would serve it. */
export function coverage(engine: Engine): CoveredOperation[] {
  return engine.contract.operations
    .filter((op) => op.path.startsWith('/v1/'))
    .map((op) => ({ key: op.key, grade: engine.route(op).grade }))
    .sort((a, b) => (path(a.key) < path(b.key) ? -1 : path(a.key) > path(b.key) ? 1 : a.key < b.key ? -1 : 1));
}

const path = (key: string): string => key.slice(key.indexOf(' ') + 1);

const MEANING: Readonly<Record<Grade, string>> = {
  lived: 'has its whole life: states, money, time, events',
  ruled: "kept, with Stripe's rules for it",
  plain: 'kept by the six verbs: created, retrieved, listed with every filter, updated, deleted, told by events',
  contract: 'checked against the contract; a GET is answered from the schema, anything else refuses with a sentence (501)',
};

/** Parameters that are understood and not simulated: a request with one is refused (501), and keeps nothing. */
function refusedParameters({ resources: { unsimulated } }: Engine): string[] {
  return [
    '## Parameters that are refused',
    '',
    'A request with one of these is answered with 501 and a sentence; nothing is kept of it.',
    '',
    '| parameter | of | what is not simulated |',
    '| --- | --- | --- |',
    ...unsimulated.map(({ param, of, values, what }) => {
      const named = values === undefined ? param : `${param}=${values.join(' | ')}`;
      return `| \`${named}\` | ${of === undefined ? 'all' : of.map((start) => `\`/v1/${start}\``).join(', ')} | ${what} |`;
    }),
    '',
  ];
}

/** The page that says what is simulated and how well. */
export function coveragePage(engine: Engine): string {
  const rows = coverage(engine);
  const grades = Object.keys(MEANING) as Grade[];
  const count = (grade: Grade): number => rows.filter((row) => row.grade === grade).length;
  return [
    '<!-- Generated from the running engine by packages/platform/conformance/operations-reference.test.ts. Do not edit. -->',
    '',
    '# Operations and how faithful they are',
    '',
    `All ${rows.length} v1 operations of API ${engine.contract.api} are routed and their parameters checked. How much more each one is, its answer tells in the header \`Annex-Grade\`:`,
    '',
    '| grade | operations | what it means |',
    '| --- | ---: | --- |',
    ...grades.map((grade) => `| \`${grade}\` | ${count(grade)} | ${MEANING[grade]} |`),
    '',
    'The v2 API is refused with a sentence.',
    '',
    'Some `plain` objects are made by Stripe alone (active entitlements): nothing makes them here, so there are none.',
    '',
    ...refusedParameters(engine),
    ...grades.flatMap((grade) => [`## ${grade}`, '', ...rows.filter((row) => row.grade === grade).map((row) => `- \`${row.key}\``), '']),
  ].join('\n');
}
