import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contractAnswer, decodeForm, fieldsOf, loadContract, type NodeId, type Operation, ParamError, readParams } from './index.ts';

/**
 * Every method of the official SDK against a server that is made of the contract alone: the way there (its encoder, our
 * decoder and validation) and the way back (our answers, its types) agree.
 */

const contract = loadContract();

const SAMPLES: Readonly<Record<string, unknown>> = {
  str: 'v al&=[]é',
  int: 7,
  time: 1_700_000_000,
  num: 1.5,
  bool: true,
  dec: '1.25',
  i64: '3',
};

/** A value that a parameter takes; with `full` every optional one is filled too. */
function sample(id: NodeId, full: boolean, depth: number): unknown {
  const node = contract.node(id);
  if (typeof node === 'string') return SAMPLES[node] ?? 'x';
  switch (node[0]) {
    case 'e':
      return node[2][0];
    case 'B':
      return node[1] === 1;
    case 'a':
      return [sample(node[1], full, depth + 1), sample(node[1], full, depth + 1)];
    case 'm':
    case 'M':
      return { usd: sample(node[1], full, depth + 1), 'k 2': sample(node[1], full, depth + 1) };
    case 'u':
      return sample(node[1][0]!, full, depth);
    case 'o': {
      const wanted = fieldsOf(node).filter((field) => (field.flags & 1) === 0 || (full && depth < 9));
      return Object.fromEntries(wanted.map((field) => [field.name, sample(field.node, full, depth + 1)]));
    }
    default:
      return 'x';
  }
}

function answer(method: string, url: string, type: string, body: string): { status: number; json: unknown } {
  const [path = '', query = ''] = url.split('?');
  const found = contract.match(method, path);
  if (found === undefined)
    return { status: 404, json: { error: { type: 'invalid_request_error', message: `no route ${method} ${path}` } } };
  try {
    const { op, ids } = found;
    if (!type.includes('multipart') && !op.json) readParams(contract, op, decodeForm(method === 'POST' ? body : query));
    return { status: 200, json: contractAnswer(contract, op, { ids, params: {}, created: 1_700_000_000, livemode: false }) };
  } catch (error) {
    if (!(error instanceof ParamError)) throw error;
    return { status: 400, json: { error: { type: 'invalid_request_error', message: error.message, param: error.param } } };
  }
}

interface Method {
  readonly owner: Record<string, (...args: unknown[]) => Promise<unknown>>;
  readonly name: string;
  readonly op: Operation;
}

/** Every method of the client that makes a request, with the operation that it calls (read off its source). */
function methodsOf(stripe: Stripe): { methods: Method[]; unknown: string[] } {
  const owners = new Set<object>();
  const seen = new Set<object>();
  const walk = (value: object, depth: number): void => {
    if (seen.has(value) || depth > 6) return;
    seen.add(value);
    for (const [key, inner] of Object.entries(value)) {
      if (key.startsWith('_') || key === 'stripe' || typeof inner !== 'object' || inner === null) continue;
      if (typeof (inner as { _makeRequest?: unknown })._makeRequest === 'function') owners.add(inner);
      walk(inner, depth + 1);
    }
  };
  walk(stripe, 0);
  const methods: Method[] = [];
  const unknown: string[] = [];
  for (const owner of owners) {
    const prototype = Object.getPrototypeOf(owner);
    for (const name of Object.getOwnPropertyNames(prototype)) {
      const call = /_makeRequest\('(\w+)',\s*[`'](.*?)[`'],/.exec(String(prototype[name]));
      if (call === null || name === 'constructor' || name === 'addFetchRelatedObjectIfNeeded') continue;
      const path = call[2]!.replace(/\$\{encodeURIComponent\((\w+)\)\}/g, '{$1}');
      const op = contract.operations.find((each) => each.method === call[1] && each.path === path);
      if (op === undefined) unknown.push(`${call[1]} ${path}`);
      else methods.push({ owner: owner as Method['owner'], name, op });
    }
  }
  return { methods, unknown };
}

describe('the official SDK against the contract alone', () => {
  let server: Server;
  let stripe: Stripe;
  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        const { status, json } = answer(
          request.method!,
          request.url!,
          request.headers['content-type'] ?? '',
          Buffer.concat(chunks).toString(),
        );
        response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(json));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    stripe = new Stripe('sk_test_x', { host: '127.0.0.1', port, protocol: 'http', maxNetworkRetries: 0, telemetry: false });
  });
  afterAll(() => server.close());

  /** Calls that fail for a reason of the SDK's own, not of the contract. */
  const KNOWN: ReadonlySet<string> = new Set(['POST /v2/billing/meter_event_stream', 'POST /v1/ephemeral_keys']);

  async function failuresOf(full: boolean): Promise<{ called: number; failed: string[] }> {
    const { methods } = methodsOf(stripe);
    const failed: string[] = [];
    for (const { owner, name, op } of methods) {
      const params = op.params < 0 ? {} : (sample(op.params, full, 0) as Record<string, unknown>);
      if (op.multipart)
        Object.assign(params, { purpose: 'dispute_evidence', file: { data: Buffer.from('x'), name: 'a.txt', type: 'text/plain' } });
      const ids = op.names.map((_name, index) => `id_${index}`);
      await owner[name]!(...ids, params).catch((error: Error) => failed.push(`${op.key}: ${error.message.slice(0, 120)}`));
    }
    return { called: methods.length, failed };
  }

  test('every method of the SDK is an operation of the contract', () => {
    const { methods, unknown } = methodsOf(stripe);
    expect(unknown).toEqual([]);
    expect(new Set(methods.map((method) => method.op.key)).size).toBeGreaterThanOrEqual(648);
  });

  test('648 or more of 650 succeed with all parameters filled', async () => {
    const { called, failed } = await failuresOf(true);
    expect(failed.filter((line) => !KNOWN.has(line.split(':')[0]!))).toEqual([]);
    expect(called - failed.length).toBeGreaterThanOrEqual(648);
  });

  test('with required parameters alone, only empty hashes fail: form encoding cannot send them', async () => {
    const { failed } = await failuresOf(false);
    const others = failed.filter((line) => !/Missing required param/.test(line) && !KNOWN.has(line.split(':')[0]!));
    expect(others).toEqual([]);
    expect(failed.length).toBeLessThanOrEqual(13);
  });
});
