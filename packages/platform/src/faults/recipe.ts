import { checkFields } from '../control/input.ts';
import { invalid } from '../engine/index.ts';
import { type FaultKind, type FaultName, KINDS, NARROWER, SCOPE } from './kinds.ts';
import { yaml } from './yaml.ts';

/** One rule: its kind, its scope and its kind's own words, checked. */
export interface Rule {
  readonly fault: FaultName;
  readonly share?: number;
  readonly count?: number;
  readonly account?: string;
  readonly livemode?: boolean;
  readonly endpoint?: string;
  readonly type?: string;
  readonly operation?: string;
  readonly method?: string;
  readonly [word: string]: unknown;
}

export interface Recipe {
  readonly seed: number;
  readonly rules: readonly Rule[];
}

function readRule(given: unknown, index: number): Rule {
  const where = `rules[${index}]`;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalid(`${where} is ${JSON.stringify(given)}, but must be an object such as {"fault": "duplicate", "share": 0.2}.`, where);
  }
  const name = (given as { fault?: unknown }).fault;
  const kind: FaultKind | undefined = typeof name === 'string' && Object.hasOwn(KINDS, name) ? KINDS[name as FaultName] : undefined;
  const shape = { ...SCOPE, ...(kind !== undefined && { ...NARROWER[kind.on], ...kind.params }) };
  const rule = checkFields({ shape, named: where }, given as Record<string, unknown>) as Rule;
  const { share } = rule;
  if (share !== undefined && (share < 0 || share > 1))
    throw invalid(`'share' is ${share} in ${where}; give a number from 0 to 1.`, `${where}[share]`);
  for (const [word, value] of Object.entries(rule)) {
    const mayBeNegative = rule.fault === 'clock_skew' && word === 'seconds';
    if (typeof value === 'number' && value < 0 && !mayBeNegative)
      throw invalid(`'${word}' is ${value} in ${where}; it cannot be negative.`, where);
  }
  return rule;
}

/** A recipe from JSON or, where `yaml` is given, from that text. Throws a refusal that names the rule and the member. */
export function readRecipe(given: { seed?: number | undefined; rules?: unknown; yaml?: string | undefined }): Recipe {
  const { seed, rules } = given.yaml === undefined ? given : readYaml(given.yaml);
  if (seed !== undefined && !Number.isInteger(seed))
    throw invalid(`'seed' is ${JSON.stringify(seed)}, but must be a whole number.`, 'seed');
  if (!Array.isArray(rules)) throw invalid('\'rules\' is missing: a list of objects such as {"fault": "drop", "share": 0.05}.', 'rules');
  return { seed: (seed as number | undefined) ?? 42, rules: rules.map(readRule) };
}

function readYaml(text: string): { seed?: number; rules?: unknown } {
  let value: unknown;
  try {
    value = yaml().parse(text);
  } catch (error) {
    if (error instanceof yaml().YAMLParseError) throw invalid(`The recipe is no YAML: ${error.message.split('\n')[0]}`, 'yaml');
    throw error;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('The recipe must have the members seed and rules.', 'yaml');
  for (const name of Object.keys(value)) {
    if (name !== 'seed' && name !== 'rules') throw invalid(`'${name}' is no member of a recipe. It takes: seed, rules.`, name);
  }
  return value;
}
