import Stripe from 'stripe';
import { type AnnexPlatform, createPlatform, type PlatformOptions } from '../src/index.ts';

/** A platform of its own for one test file, and SDK clients that isolate themselves by inventing a key. */
export interface TestPlatform {
  readonly platform: AnnexPlatform;
  /** An official SDK client; a new account unless a key is given. */
  client(key?: string, config?: Partial<Stripe.StripeConfig>): Stripe;
  /** A raw request, for what the SDK would never send. */
  raw(path: string, options?: RequestInit & { key?: string }): Promise<Response>;
}

let invented = 0;
export const inventKey = (): string => `sk_test_invented_${process.pid}_${++invented}`;

/** An official SDK client of a platform; it acts for a new account unless a key is given. */
export function clientOf(platform: AnnexPlatform, key = inventKey(), config: Partial<Stripe.StripeConfig> = {}): Stripe {
  const { hostname, port } = new URL(platform.url);
  return new Stripe(key, { host: hostname, port: Number(port), protocol: 'http', maxNetworkRetries: 0, telemetry: false, ...config });
}

export async function testPlatform(options: PlatformOptions = {}): Promise<TestPlatform> {
  const platform = await createPlatform(options);
  return {
    platform,
    client: (key, config) => clientOf(platform, key, config),
    raw: (path, { key = inventKey(), headers, ...rest } = {}) =>
      fetch(`${platform.url}${path}`, { ...rest, headers: { Authorization: `Bearer ${key}`, ...(headers as Record<string, string>) } }),
  };
}
