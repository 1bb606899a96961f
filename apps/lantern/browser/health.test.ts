import { expectNoSeriousAxe } from '@annex/testkit/browser';
import { expect, it } from 'vitest';
import { ledgerCloses } from '../src/health/ledger-closes.ts';
import { inBrowser } from './in-browser.ts';
import { connectFor, signedUp } from './visitor.ts';

inBrowser(
  'the doctor and leaving in a browser',
  (given) => {
    it('names exactly what was altered, field by field, repairs it and nothing else, with JavaScript and without', async () => {
      const { world } = given;
      const [acme] = world.dana.accounts;
      for (const name of ['Ada', 'Ben', 'Cleo', 'Dan'])
        await world.api(acme!.testKey, 'POST /v1/customers', { name, email: `${name}@x.example`, description: 'as it is' });
      const dana = await signedUp(world, 'dana@acme.example');
      await connectFor(world, dana, acme!.account);
      const { kit } = world.lantern.lantern;
      const page = await given.page({ as: dana });
      await page.goto(`${world.origin}/a/${acme!.account}/test/health`);
      await expectNoSeriousAxe(page);
      await page.getByRole('button', { name: 'Check now' }).click();
      await page.locator('[data-verdict="equal"]').waitFor();
      expect(await page.getByText('The mirror equals Stripe, field for field.').count()).toBe(1);

      const rows = await kit.query<{ id: string; email: string }>(
        'select id, email from mirror.customers where account = $1 order by email',
        [acme!.account],
      );
      const [ada, ben] = rows;
      await kit.query(`update mirror.customers set data = jsonb_set(data, '{description}', '"altered"') where account = $1 and id = $2`, [
        acme!.account,
        ada!.id,
      ]);
      await kit.query('delete from mirror.customers where account = $1 and id = $2', [acme!.account, ben!.id]);

      await page.getByRole('button', { name: 'Check now' }).click();
      await page.locator('[data-verdict="drift"]').waitFor();
      expect(await page.locator('[data-drift]').count()).toBe(2);
      expect(await page.locator(`[data-drift="${ada!.id}"]`).textContent()).toContain('description"altered""as it is"');
      expect(await page.locator(`[data-drift="${ben!.id}"]`).textContent()).toContain('is missing here');
      await expectNoSeriousAxe(page);

      await page.getByRole('button', { name: 'Repair 2' }).click();
      await page.getByText('2 differences were found and repaired.').waitFor();
      const after = await kit.query('select id, email from mirror.customers where account = $1 order by email', [acme!.account]);
      expect(after).toEqual(rows);
      await page.getByRole('button', { name: 'Check now' }).click();
      await page.getByText('The mirror equals Stripe, field for field.').waitFor();

      // Without JavaScript the page comes again by itself until the verdict is there.
      await kit.query(`update mirror.customers set data = data - 'description' where account = $1 and id = $2`, [acme!.account, ada!.id]);
      const plain = await given.page({ as: dana, javaScript: false });
      await plain.goto(`${world.origin}/a/${acme!.account}/test/health`);
      await plain.getByRole('button', { name: 'Check now' }).click();
      await plain.locator('[data-verdict="drift"]').waitFor();
      expect(await plain.locator('[data-drift]').count()).toBe(1);
      await plain.getByRole('button', { name: 'Repair 1' }).click();
      await plain.locator('[data-verdict="equal"]').waitFor();
    });

    it('says whether the ledger closes, and within what', async () => {
      const { world } = given;
      const { account, testKey } = world.dana.accounts[0]!;
      const { kit, books } = world.lantern.lantern;
      const post = (path: string, form: Record<string, string | number>) => world.api(testKey, `POST ${path}`, form);
      const { id: product } = await post('/v1/products', { name: 'Lamp' });
      const { id: price } = await post('/v1/prices', { product, currency: 'eur', unit_amount: 900, 'recurring[interval]': 'month' });
      const { id: customer } = await post('/v1/customers', { name: 'Eve' });
      await post('/v1/subscriptions', { customer, collection_method: 'send_invoice', days_until_due: 30, 'items[0][price]': price });
      const mrr = () => kit.query('select mrr from lantern.books where account = $1 and mrr > 0', [account]);
      await expect.poll(mrr, { timeout: 10_000 }).toEqual([{ mrr: 900 }]);
      await books.catchUp({ account, livemode: false });
      const look = () => ledgerCloses(() => world.lantern.lantern).look({ account, livemode: false }, kit.database);
      expect(await look()).toMatchObject({ holds: true });
      await kit.query('update lantern.counted_books set mrr = mrr + 7 where account = $1 and mrr > 0', [account]);
      await kit.query('update lantern.desks set version = version + 1 where account = $1', [account]);
      expect(await look()).toMatchObject({ holds: false, sentence: expect.stringContaining('The months end -7 apart') });
    });

    it('an account that disconnects is kept for its days without being shown, and erased when its owner says so, with a receipt', async () => {
      const { world } = given;
      const [, labs] = world.dana.accounts;
      await world.api(labs!.testKey, 'POST /v1/customers', { name: 'Ada' });
      const dana = await signedUp(world, 'labs@acme.example');
      await connectFor(world, dana, labs!.account);
      const page = await given.page({ as: dana });
      const base = `${world.origin}/a/${labs!.account}/test`;
      await page.goto(`${base}/settings`);
      await page.getByLabel(/I understand/).check();
      await page.getByRole('button', { name: /^Disconnect/ }).click();
      await page.getByText('is kept for 30 days').waitFor();
      await expectNoSeriousAxe(page);
      await page.goto(`${base}/customers`);
      expect(page.url()).toBe(`${base}/left`);
      const { kit } = world.lantern.lantern;
      const stored = () => kit.query('select id from mirror.customers where account = $1', [labs!.account]);
      expect(await stored()).toHaveLength(1);

      await page.getByRole('button', { name: 'Erase it now' }).click();
      await page.locator('[data-left="gone"]').waitFor();
      expect(await page.locator('article.receipt').textContent()).toContain('an owner asked for it');
      await expectNoSeriousAxe(page);
      expect(await stored()).toEqual([]);
    });
  },
  { settings: { keepDays: 30 } },
);
