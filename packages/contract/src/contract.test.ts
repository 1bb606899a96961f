import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkExpand, decodeForm, defaultObject, expandAnswer, fitFields, loadContract, ParamError, readParams } from './index.ts';

const contract = loadContract();
const op = (key: string) => {
  const [method, path] = key.split(' ') as [string, string];
  const found = contract.match(method, path.replace(/\{[^}]+\}/g, 'x'));
  if (found === undefined) throw new Error(`no ${key}`);
  return found.op;
};
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const given = { id: 'x_1', created: 1_700_000_000, livemode: false };

describe('match', () => {
  const cases: readonly [string, string, string | undefined, readonly string[]][] = [
    ['GET', '/v1/customers/cus_1', 'Customers.retrieve', ['cus_1']],
    ['GET', '/v1/customers/search', 'Customers.search', []],
    ['POST', '/v1/payment_intents/pi_1/confirm', 'PaymentIntents.confirm', ['pi_1']],
    ['GET', '/v1/customers/cus_1/tax_ids/txi_1', 'Customers.retrieveTaxId', ['cus_1', 'txi_1']],
    ['GET', '/v1/customers/a%20b', 'Customers.retrieve', ['a b']],
    ['GET', '/v1/customers/', undefined, []],
    ['PUT', '/v1/customers', undefined, []],
    ['GET', '/v1/charges/ch_1/refunds', 'Refunds.list', ['ch_1']],
    ['GET', '/v1/__proto__', undefined, []],
  ];
  test.each(cases)('%s %s is %s', (method, path, id, ids) => {
    const found = contract.match(method, path);
    expect(found?.op.id).toBe(id);
    if (found !== undefined) expect(found.ids).toEqual(ids);
  });
});

describe('the form decoder', () => {
  const cases: readonly [string, string, unknown][] = [
    ['nested hashes', 'a[b][c]=1&a[b][d]=2', { a: { b: { c: '1', d: '2' } } }],
    ['arrays without keys', 'a[]=1&a[]=2', { a: ['1', '2'] }],
    [
      'a repeated key begins a new element',
      'items[][price]=a&items[][quantity]=1&items[][price]=b',
      { items: [{ price: 'a', quantity: '1' }, { price: 'b' }] },
    ],
    ['percent-encoded brackets', 'a%5Bb%5D=1', { a: { b: '1' } }],
    ['plus and percent for a space', 'a=1+2%203', { a: '1 2 3' }],
    ['UTF-8', 'a=%C3%A9%E2%82%AC', { a: 'é€' }],
    ['names that do not close, or go on behind a bracket, as one name', 'name[x=1&a[b]c=2', { 'name[x': '1', 'a[b]c': '2' }],
    [
      'a nested key that repeats begins a new element',
      'items[][a][b]=1&items[][a][b]=2',
      { items: [{ a: { b: '1' } }, { a: { b: '2' } }] },
    ],
    ['broken escapes as they are', 'a=%zz%4&b=%ff', { a: '%zz%4', b: '%ff' }],
    ['eight levels', 'a[b][c][d][e][f][g][h]=1', { a: { b: { c: { d: { e: { f: { g: { h: '1' } } } } } } } }],
    ['keys called like a prototype’s', 'metadata[constructor]=x&__proto__=y', { metadata: { constructor: 'x' }, ['__proto__']: 'y' }],
    [
      'more than twenty indexed items',
      Array.from({ length: 25 }, (_, i) => `a[${i}]=${i}`).join('&'),
      { a: Object.fromEntries(Array.from({ length: 25 }, (_, i) => [i, String(i)])) },
    ],
  ];
  test.each(cases)('%s', (_name, body, expected) => {
    const decoded = decodeForm(body);
    expect(Object.getPrototypeOf(decoded)).toBeNull();
    expect(JSON.stringify(decoded)).toBe(JSON.stringify(expected));
  });

  test('what the SDK encodes is decoded to the same', () => {
    const leaf = fc.string({ minLength: 1, maxLength: 8 });
    const name = fc.string({ minLength: 1, maxLength: 6 }).filter((text) => !/[[\]]/.test(text));
    const tree = fc.letrec((tie) => ({
      node: fc.oneof({ maxDepth: 3 }, leaf, fc.dictionary(name, tie('node'), { minKeys: 1, maxKeys: 3, noNullPrototype: true })),
    })).node;
    const encode = (value: unknown, path: string): string[] =>
      typeof value === 'string'
        ? [`${path}=${encodeURIComponent(value)}`]
        : Object.entries(value as object).flatMap(([key, inner]) =>
            encode(inner, path === '' ? encodeURIComponent(key) : `${path}[${encodeURIComponent(key)}]`),
          );
    fc.assert(
      fc.property(fc.dictionary(name, tree, { minKeys: 1, maxKeys: 4, noNullPrototype: true }), (value) => {
        expect(plain(decodeForm(encode(value, '').join('&')))).toEqual(plain(value));
      }),
    );
  });

  test('a name given as a list and as a hash is refused at once, however often', () => {
    expect(() => decodeForm('a[]=1&a[x]=1&'.repeat(4000))).toThrow('in two ways');
    expect(() => decodeForm('a=1&a[x]=1')).toThrow('in two ways');
  });

  test('10,001 pairs are refused', () => {
    expect(() => decodeForm('a=1&'.repeat(10_001))).toThrow('more than 10000 parameters');
  });
});

describe('parameters', () => {
  const refusals: readonly [string, string, string, Partial<ParamError>][] = [
    ['unknown', 'POST /v1/customers', 'foo=1', { message: 'Received unknown parameter: foo', code: 'parameter_unknown', param: 'foo' }],
    ['several unknown', 'POST /v1/customers', 'foo=1&bar=2', { message: 'Received unknown parameters: foo, bar' }],
    [
      'unknown inside',
      'POST /v1/customers',
      'shipping[foo]=1',
      { message: 'Received unknown parameter: shipping[foo]', param: 'shipping[foo]' },
    ],
    [
      'missing',
      'POST /v1/payment_intents',
      'currency=usd',
      { message: 'Missing required param: amount.', code: 'parameter_missing', param: 'amount' },
    ],
    [
      'no integer',
      'POST /v1/payment_intents',
      'amount=1.5&currency=usd',
      { message: 'Invalid integer: 1.5', code: 'parameter_invalid_integer' },
    ],
    ['no boolean', 'POST /v1/products', 'name=a&active=yes', { message: 'Invalid boolean: yes', param: 'active' }],
    ['a hash for a string', 'POST /v1/products', 'name[a]=b', { message: 'Invalid string: {"a":"b"}', param: 'name' }],
    ['a string for a hash', 'POST /v1/customers', 'shipping=x', { message: 'Invalid object', param: 'shipping' }],
    ['a string for an array', 'POST /v1/products', 'name=a&images=x', { message: 'Invalid array', param: 'images' }],
    [
      'not in the list',
      'POST /v1/refunds',
      'charge=ch_1&reason=x',
      { message: 'Invalid reason: must be one of duplicate, fraudulent, or requested_by_customer', param: 'reason' },
    ],
    ['empty where nothing can be unset', 'POST /v1/products', 'name=', { code: 'parameter_invalid_empty', param: 'name' }],
    [
      'keys that skip',
      'POST /v1/products',
      'name=a&images[1]=x',
      { message: expect.stringContaining('You passed the keys `1`, we expected to have a key with the value `0`') as never },
    ],
    [
      '51 metadata keys',
      'POST /v1/products',
      `name=a&${Array.from({ length: 51 }, (_, i) => `metadata[k${i}]=v`).join('&')}`,
      { param: 'metadata' },
    ],
    [
      'a long descriptor',
      'POST /v1/payment_intents',
      'amount=1&currency=usd&statement_descriptor=ABCDEFGHIJKLMNOPQRSTUVWXYZ',
      { message: 'Invalid string: ABCDEFGHIJ...QRSTUVWXYZ; must be at most 22 characters', param: 'statement_descriptor' },
    ],
    [
      'a long value deep inside',
      'POST /v1/customers',
      `invoice_settings[custom_fields][0][name]=a&invoice_settings[custom_fields][0][value]=${'v'.repeat(141)}`,
      { param: 'invoice_settings[custom_fields][0][value]' },
    ],
    ['a long metadata value', 'POST /v1/products', `name=a&metadata[k]=${'v'.repeat(501)}`, { param: 'metadata[k]' }],
  ];
  test.each(refusals)('%s is refused in Stripe’s words', (_name, key, body, expected) => {
    let error: unknown;
    try {
      readParams(contract, op(key), decodeForm(body));
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(ParamError);
    expect(error).toMatchObject(expected);
  });

  test('numbers are numbers, an empty value unsets, expand is taken everywhere', () => {
    const read = readParams(
      contract,
      op('POST /v1/customers/{id}'),
      decodeForm('balance=-5&description=&metadata[a]=&expand[]=default_source'),
    );
    expect(read).toEqual({ balance: -5, description: null, metadata: { a: '' }, expand: ['default_source'] });
  });

  test('metadata[__proto__] is a key like any other', () => {
    const read = readParams(contract, op('POST /v1/customers'), decodeForm('metadata[__proto__]=x'));
    expect(Object.keys(read.metadata as object)).toEqual(['__proto__']);
    expect(({} as { x?: string }).x).toBeUndefined();
  });
});

describe('objects', () => {
  test('every object has a default whose fields are fresh each time', () => {
    for (const object of contract.objects.keys()) {
      const [a, b] = [defaultObject(contract, object, given), defaultObject(contract, object, given)];
      expect(a.object).toBe(object);
      expect(a).toEqual(b);
      for (const [name, value] of Object.entries(a)) if (typeof value === 'object' && value !== null) expect(b[name]).not.toBe(value);
    }
  });

  test('keys are id, object, then alphabetical', () => {
    const keys = Object.keys(defaultObject(contract, 'charge', given));
    expect(keys.slice(0, 2)).toEqual(['id', 'object']);
    expect(keys.slice(2)).toEqual([...keys.slice(2)].sort());
  });

  test('parameters that name fields fit into their shape, and what does not fit is left out', () => {
    const fitted = fitFields(contract, 'customer', {
      name: 'Ada',
      address: { city: 'Rome' },
      metadata: { a: '1' },
      source: 'tok',
      balance: 'x',
    });
    expect(fitted).toEqual({
      name: 'Ada',
      address: { city: 'Rome', country: null, line1: null, line2: null, postal_code: null, state: null },
    });
  });

  test('an update of a nested hash keeps what it does not name', () => {
    const before = { address: { city: 'Rome', country: 'IT', line1: null, line2: null, postal_code: null, state: null } };
    expect(fitFields(contract, 'customer', { address: { city: 'Pisa' } }, before)).toEqual({
      address: { ...before.address, city: 'Pisa' },
    });
  });
});

describe('expand', () => {
  const cases: readonly [string, string, string | undefined][] = [
    ['GET /v1/charges/{id}', 'customer', undefined],
    ['GET /v1/charges/{id}', 'refunds.data', undefined],
    ['GET /v1/charges/{id}', 'nope', 'This property cannot be expanded (nope).'],
    ['GET /v1/charges/{id}', 'customer.nope', 'This property cannot be expanded (customer.nope).'],
    ['GET /v1/charges', 'customer', "This property cannot be expanded (customer). You may want to try expanding 'data.customer' instead."],
    ['GET /v1/charges', 'data.customer', undefined],
    ['GET /v1/charges', 'data', undefined],
    ['GET /v1/prices/{id}', 'currency_options', undefined],
    ['GET /v1/prices', 'data.currency_options', undefined],
    ['POST /v1/subscriptions', 'latest_invoice.payments.data.payment.payment_intent', undefined],
    ['GET /v1/charges/{id}', 'invoice.customer.default_source.customer.x', 'You cannot expand more than 4 levels'],
  ];
  test.each(cases)('%s with %s', (key, path, message) => {
    const check = () => checkExpand(contract, op(key), [path]);
    if (message === undefined) check();
    else expect(check).toThrow(message);
  });

  test('ids become objects in place, null stays null, a deleted one is its stub', () => {
    const charge = { id: 'ch_1', object: 'charge', customer: 'cus_1', balance_transaction: null };
    const stub = { id: 'cus_1', object: 'customer', deleted: true };
    const answer = expandAnswer(
      contract,
      op('GET /v1/charges/{id}'),
      charge,
      ['customer', 'balance_transaction'],
      () => stub,
      () => undefined,
    );
    expect(answer).toEqual({ ...charge, customer: stub });
    expect(charge.customer).toBe('cus_1');
  });
});
