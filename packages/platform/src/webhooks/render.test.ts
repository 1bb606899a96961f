import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pendingOf, Renderer, withPending } from './render.ts';

const eventText = (data: unknown, pending: number): string =>
  JSON.stringify({
    id: 'evt_1',
    object: 'event',
    api_version: '2026-10-28.endive',
    created: 1,
    data: { object: data },
    livemode: false,
    pending_webhooks: pending,
    request: { id: 'req_1', idempotency_key: '"pending_webhooks":7,' },
    type: 'customer.created',
  });

test('pending_webhooks is read and written whatever the object holds', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(1000), fc.nat(1000), (data, before, after) => {
      const nested = { metadata: { k: '"pending_webhooks":3,' }, pending_webhooks: 5, data };
      const text = eventText(nested, before);
      expect(pendingOf(text)).toBe(before);
      expect(withPending(text, after)).toBe(eventText(nested, after));
    }),
  );
});

test('the body is the event, indented, with account where there is one', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.option(fc.constant('acct_1'), { nil: undefined }), (data, account) => {
      const renderer = new Renderer();
      const text = eventText({ data, pending_webhooks: 9 }, 2);
      for (const pending of [2, 1, 0]) {
        const { id, object, ...rest } = JSON.parse(text);
        const told = { id, object, ...(account !== undefined && { account }), ...rest };
        const body = renderer.body({ id: 'evt_1', text: withPending(text, 1) }, { account, pending });
        expect(body).toBe(JSON.stringify({ ...told, pending_webhooks: pending }, null, 2));
      }
    }),
  );
});
