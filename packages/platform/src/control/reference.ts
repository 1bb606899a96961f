import { KINDS, NARROWER, SCOPE } from '../faults/kinds.ts';
import { SETTINGS, type Setting } from '../settings.ts';
import { routes } from './index.ts';
import type { AnyRoute, Field } from './route.ts';
import { INVARIANT } from './routes/invariants.ts';

const UPDATE = 'npx vitest run packages/platform/conformance/control-reference.test.ts -u';
const generated = (from: string): string => `<!-- Generated from ${from}. Do not edit: change the table and run \`${UPDATE}\`. -->`;

const TYPES: Readonly<Record<Field['type'], string>> = {
  string: 'text',
  number: 'number',
  boolean: 'true or false',
  strings: 'list of texts',
  list: 'list',
  object: 'object',
};

const cell = (text: string): string => text.replaceAll('|', '\\|');

function fieldRows(fields: Readonly<Record<string, Field>>): string[] {
  return Object.entries(fields).map(([name, field]) => {
    const values = field.oneOf === undefined ? '' : ` One of ${field.oneOf.map((value) => `\`${value}\``).join(', ')}.`;
    return `| \`${name}\`${field.required ? ' (required)' : ''} | ${TYPES[field.type]} | ${cell(field.sentence + values)} |`;
  });
}

const table = (fields: Readonly<Record<string, Field>>): string[] => {
  const rows = fieldRows(fields);
  return rows.length === 0 ? [] : ['| member | type | |', '| --- | --- | --- |', ...rows, ''];
};

function section(name: string, route: AnyRoute): string[] {
  const given = Object.keys(route.shape).length === 0 ? '' : (route.short ?? '{ … }');
  const call = `control.${name}(${given})`;
  const head = [`### ${name}`, '', `\`${route.method} /_annex${route.path}\` · in process \`${call}\``, '', route.sentence, ''];
  return [...head, ...table(route.shape as Record<string, Field>), `Answers ${route.answers}.`, ''];
}

function faultSections(): string[] {
  return Object.entries(KINDS).flatMap(([name, { on, sentence, params }]) => [
    `### ${name}`,
    '',
    `${sentence} (on each ${on === 'time' ? 'instant that is told' : on})`,
    '',
    ...table(params as Readonly<Record<string, Field>>),
  ]);
}

const FAULTS = [
  '## Faults',
  '',
  'A recipe is a seed and a list of rules, as JSON or as YAML (`--faults FILE`, or the member `yaml`):',
  '',
  '```yaml',
  'seed: 42',
  'rules:',
  '  - { fault: duplicate, share: 0.2 }',
  '  - { fault: reorder, window: 30, account: acct_1PapercraneDemo1 }',
  '  - { fault: error, share: 0.03, operation: "GET /v1/charges" }',
  '```',
  '',
  'Each rule draws from a sequence of its own, once for each delivery or request in its scope: the same recipe meets the same',
  'sequence in the same way. Only the first attempt of a delivery meets faults; retries and what people send by hand do not.',
  '',
];

/** `docs/reference/control.md`. */
export function controlReference(): string {
  return [
    generated('packages/platform/src/control/routes and packages/platform/src/faults/kinds.ts'),
    '',
    '# The control API',
    '',
    'What a test, a script or the dashboard does to the platform itself, beside the API that it simulates. Over HTTP under',
    '`/_annex`: the query of a GET, a JSON body (`Content-Type: application/json`) otherwise; no key is needed. In process, the same',
    'names take the same members: `await platform.control.reset({ account })`. Errors have the shape of the API’s own.',
    '',
    'Web pages of other origins are refused, by their `Origin` and by the name in `Host`; so is anything but JSON.',
    '',
    '## Routes',
    '',
    ...(Object.entries(routes) as [string, AnyRoute][]).flatMap(([name, route]) => section(name, route)),
    '### An entry of `invariants`',
    '',
    ...table(INVARIANT),
    ...FAULTS,
    '### Every rule',
    '',
    ...table(SCOPE),
    'Rules about deliveries can also say:',
    '',
    ...table(NARROWER.delivery),
    'Rules about requests can also say:',
    '',
    ...table(NARROWER.request),
    ...faultSections(),
  ].join('\n');
}

/** `docs/reference/platform-options.md`. */
export function optionsReference(): string {
  const rows = (Object.entries(SETTINGS) as [string, Setting<unknown>][]).map(([name, { flag, default: standard, sentence }]) => {
    const shown = standard === undefined ? '' : `\`${String(standard)}\``;
    return `| \`${flag}\` | \`${name}\` | ${shown} | ${cell(sentence)} |`;
  });
  return [
    generated('packages/platform/src/settings.ts'),
    '',
    '# Options of the platform',
    '',
    '`npx annex platform [options]` starts it from a shell; `createPlatform({ … })` in a test, on port 0 unless told otherwise.',
    '',
    '| on the command line | in `createPlatform` | default | |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    'Without `--data` the platform forgets everything when it stops. With it, every answered write is in `journal.ndjson` of that folder before',
    'the answer is sent, so that a killed platform restarts with all of them; the file is not forced to the disk at each write, so a power cut may',
    'take the last moments. One process holds a folder at a time (`lock`).',
    '',
  ].join('\n');
}
