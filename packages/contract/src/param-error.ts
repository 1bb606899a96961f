/** A parameter that Stripe would refuse, in its words (api-and-events 1.8): always status 400. */
export class ParamError extends Error {
  readonly param: string | undefined;
  readonly code: string | undefined;

  constructor(message: string, param?: string, code?: string) {
    // Refusals are answers: a stack would only cost time.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = limit;
    this.param = param;
    this.code = code;
  }
}

const oneOf = (values: readonly (string | number)[]): string =>
  values.length < 3 ? values.join(' or ') : `${values.slice(0, -1).join(', ')}, or ${values[values.length - 1]}`;
const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 500);

export const unknownParams = (params: readonly string[]): ParamError =>
  new ParamError(`Received unknown parameter${params.length > 1 ? 's' : ''}: ${params.join(', ')}`, params[0], 'parameter_unknown');
export const missingParam = (param: string): ParamError => new ParamError(`Missing required param: ${param}.`, param, 'parameter_missing');
export const badInteger = (param: string, value: unknown): ParamError =>
  new ParamError(`Invalid integer: ${shown(value)}`, param, 'parameter_invalid_integer');
export const badNumber = (param: string, value: unknown): ParamError => new ParamError(`Invalid decimal: ${shown(value)}`, param);
export const badBoolean = (param: string, value: unknown): ParamError => new ParamError(`Invalid boolean: ${shown(value)}`, param);
export const badString = (param: string, value: unknown): ParamError => new ParamError(`Invalid string: ${shown(value)}`, param);
export const badObject = (param: string): ParamError => new ParamError('Invalid object', param);
export const badArray = (param: string): ParamError => new ParamError('Invalid array', param);
export const badEnum = (param: string, values: readonly (string | number)[]): ParamError =>
  new ParamError(`Invalid ${param}: must be one of ${oneOf(values)}`, param);
export const emptyParam = (param: string): ParamError =>
  new ParamError(
    `You passed an empty string for '${param}'. We assume empty values are an attempt to unset a parameter; however '${param}' cannot be unset. You should remove '${param}' from your request or supply a non-empty value.`,
    param,
    'parameter_invalid_empty',
  );
export const arrayKeys = (param: string, got: string, expected: number): ParamError =>
  new ParamError(
    `If passing an array with explicit keys (e.g. foo[0]=a&foo[1]=b) instead of as an array (e.g. foo[]=a&foo[]=b), the keys must be numeric and sequential starting from 0. You passed the keys \`${got}\`, we expected to have a key with the value \`${expected}\`.`,
    param,
  );
export const tooLong = (param: string, value: string, longest: number): ParamError =>
  new ParamError(`Invalid string: ${value.slice(0, 10)}...${value.slice(-10)}; must be at most ${longest} characters`, param);
export const tooManyKeys = (keys: number): ParamError =>
  new ParamError(`Metadata can have up to 50 keys, but you've set ${keys}. You can delete keys by unsetting them.`, 'metadata');
export const metadataKeyTooLong = (key: string): ParamError =>
  new ParamError(
    `Metadata keys can be up to 40 characters, but you passed in a key that is ${key.length} characters. Invalid key: ${key.slice(0, 60)}`,
    'metadata',
  );
export const metadataValueTooLong = (key: string, value: string): ParamError =>
  new ParamError(
    `Metadata values can be up to 500 characters, but you passed in a value that is ${value.length} characters. Invalid value: ${value.slice(0, 60)}`,
    `metadata[${key}]`,
  );
