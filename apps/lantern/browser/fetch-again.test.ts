import { expectNoSeriousAxe } from '@annex/testkit/browser';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { inBrowser } from './in-browser.ts';
import { connectFor, signedUp, until, type Visitor } from './visitor.ts';

inBrowser('the page of an object', (given) => {
  let dana: Visitor;
  let base: string;
  let account: string;
  let testKey: string;
  let id: string;

  beforeAll(async () => {
    const { world } = given;
    ({ account, testKey } = world.dana.accounts[0]!);
    dana = await signedUp(world, 'dana@acme.example');
    await connectFor(world, dana, account);
    base = `/a/${account}/test`;
  });
  beforeEach(async () => {
    ({ id } = await given.world.api(testKey, 'POST /v1/customers', { name: 'Jane' }));
    await until(async () => (await dana.get(at())).status === 200);
  });

  const at = () => `${base}/objects/customer/${id}`;
  const sql = (text: string) => given.world.lantern.lantern.kit.query(text, [account, id]);
  /** What the page says after the button. */
  const fetched = async (visitor = dana): Promise<{ status: number; said: string | undefined; text: string }> => {
    const answer = await visitor.submit(`${at()}/fetch`, {}, at());
    const text = await answer.text();
    return { status: answer.status, said: /data-fetched="(\w+)"/.exec(text)?.[1], text };
  };

  it('has a button that fetches the object again and shows, field by field, what was different here', async () => {
    const { world } = given;
    await sql(`update mirror.customers set data = data || '{"name": "Wrong"}' where account = $1 and id = $2`);
    const page = await given.page({ as: dana });
    await page.goto(world.origin + at());
    await page.getByRole('button', { name: 'Fetch again from Stripe' }).click();
    expect(await page.locator('[data-fetched="changed"]').textContent()).toContain('is now as Stripe has it');
    expect(await page.locator('[data-field="name"] td').allTextContents()).toEqual(['"Wrong"', '"Jane"']);
    expect(await page.locator('.raw').textContent()).toContain('"name": "Jane"');
    await expectNoSeriousAxe(page);
    await page.getByRole('button', { name: 'Fetch again from Stripe' }).click();
    expect(await page.locator('[data-fetched="same"]').textContent()).toBe('Fetched just now: nothing had changed.');
    await page.goto(page.url());
    expect(page.url()).toBe(world.origin + at());
  });

  it('says when Stripe does not have it any more, and then shows it as deleted', async () => {
    await sql(`insert into mirror.customers (account, livemode, id, lo, hi, changed_ms, data) select account, livemode, 'cus_ghost1', lo, hi, changed_ms, data || '{"id": "cus_ghost1"}'
      from mirror.customers where account = $1 and id = $2`);
    id = 'cus_ghost1';
    const { status, said, text } = await fetched();
    expect([status, said]).toEqual([200, 'gone']);
    expect(text).toContain('deleted at Stripe');
  });

  it('says when there were too many requests, when Stripe failed, and that nothing was changed', async () => {
    const { control } = given.world.platform;
    for (const [fault, status, said] of [
      [{ fault: 'rate_limit', length: 1 }, 429, 'rate'],
      [{ fault: 'rate_limit', length: 1, reason: 'lock_timeout' }, 503, 'lock'],
      [{ fault: 'error' }, 503, 'server'],
    ] as const) {
      await control.setFaults({ rules: [{ ...fault, share: 1, account, operation: 'GET /v1/customers/{id}' }] });
      const answer = await fetched();
      await control.clearFaults();
      expect([answer.said, answer.status]).toEqual([said, status]);
      expect(answer.text).toMatch(/Not fetched, and nothing was changed.*Try again in/);
    }
    expect((await fetched()).said).toBe('same');
  });

  it('lets members fetch, and the audit trail says who did and what came of it, without what was read', async () => {
    const { world } = given;
    const link = /data-invitation[^>]*>([^<]+)</.exec(
      await (await dana.submit(`${base}/members/invite`, { note: 'Mia', role: 'member' }, `${base}/members`)).text(),
    )![1]!;
    const mia = await signedUp(world, 'mia@acme.example');
    await mia.submit(new URL(link).pathname, {});
    expect((await fetched(mia)).said).toBe('same');
    const trail = await dana.text(`${base}/audit`);
    expect(trail).toMatch(
      /mia@acme\.example<\/strong> had an object fetched again from Stripe<span class="reason">object: customer, outcome: same/,
    );
    expect(trail).not.toContain(id);
  });

  it('asks Stripe for nothing that the account is not known to have', async () => {
    id = 'cus_unheard';
    const asked = async () => (await given.world.platform.control.requests({ path: '/v1/customers/cus_unheard', account })).data.length;
    expect((await dana.submit(`${at()}/fetch`, {}, `${base}/customers`)).status).toBe(404);
    expect(await asked()).toBe(0);
  });
});
