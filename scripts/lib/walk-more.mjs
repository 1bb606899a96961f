// Stops of the walk that belong to no story: what filters find, an object fetched again, other hosted pages, a password, and an account
// with nothing in it whose import meets trouble.
import { ask } from './ask.mjs';

/** Customers by plan and country, and nobody; an object that is fetched again. */
export async function lookCloser({ page, lantern, shoot, visit }, base) {
  await page.goto(`${lantern}${base}/customers`);
  const countries = await page
    .getByLabel('Country')
    .locator('option')
    .evaluateAll((all) => all.map(({ value }) => value));
  const plans = await page
    .getByLabel('Plan')
    .locator('option')
    .evaluateAll((all) => all.map(({ value }) => value));
  await visit('lantern-customers-found', `${base}/customers?plan=${plans[1]}&country=${countries[1]}&status=active`);
  await visit('lantern-customers-nobody', `${base}/customers?plan=${plans[1]}&country=${countries[1]}&status=trial&search=zzz`);
  await page.goto(`${lantern}${base}/customers`);
  await page.locator(`main a[href^="${base}/customers/"]`).first().click();
  await page.locator('main a[href*="/objects/customer/"]').first().click();
  await page.getByRole('button', { name: 'Fetch again from Stripe' }).click();
  await page.locator('[data-fetched]').waitFor();
  await shoot('lantern-object-fetched');
  await page.goto(`${lantern}${base}/health`);
  await page.getByRole('button', { name: 'Check now' }).click();
  await page.locator('[data-verdict]').waitFor({ timeout: 120_000 });
  await shoot('lantern-health-checked');
}

/** An invoice of its own page, a bank account to be verified, and a checkout that is paid at once. */
export async function hostedPages({ page, platform, shoot }, account) {
  const { data } = await ask(`${platform}/_annex/accounts?id=${account}`);
  const key = data[0].keys.test.secret;
  const make = (path, form) => ask(`${platform}/v1/${path}`, { key, form });
  const customer = (await make('customers', { name: 'Ada Example', email: 'ada@example.com' })).id;
  await make('invoiceitems', { customer, amount: '12900', currency: 'usd', description: 'Installation' });
  const days = { customer, collection_method: 'send_invoice', days_until_due: '14' };
  const invoice = await make('invoices', { ...days, pending_invoice_items_behavior: 'include' });
  const { hosted_invoice_url } = await make(`invoices/${invoice.id}/finalize`, {});
  await page.goto(hosted_invoice_url);
  await shoot('platform-hosted-invoice');
  const { next_action } = await make('payment_intents', {
    ...{ amount: '4900', currency: 'usd', confirm: 'true' },
    ...{ 'payment_method_data[type]': 'us_bank_account', 'payment_method_data[billing_details][name]': 'Ada Example' },
    ...{ 'payment_method_data[us_bank_account][account_holder_type]': 'individual' },
    ...{ 'payment_method_data[us_bank_account][account_number]': '000123456789' },
    ...{ 'payment_method_data[us_bank_account][routing_number]': '110000000' },
    'mandate_data[customer_acceptance][type]': 'offline',
  });
  await page.goto(next_action.verify_with_microdeposits.hosted_verification_url);
  await shoot('platform-microdeposits');
  await page.getByLabel('Code on the statement').fill('SM0000');
  await page.getByRole('button', { name: 'Verify' }).click();
  await page.getByRole('alert').waitFor();
  await shoot('platform-microdeposits-wrong');
  const line = { 'line_items[0][quantity]': '2', 'line_items[0][price_data][unit_amount]': '2500' };
  const { url } = await make('checkout/sessions', {
    ...{ mode: 'payment', success_url: `${platform}/?paid`, ...line, 'line_items[0][price_data][currency]': 'usd' },
    ...{ 'line_items[0][price_data][product_data][name]': 'Paper cranes', allow_promotion_codes: 'true' },
    'shipping_address_collection[allowed_countries][0]': 'US',
  });
  await page.goto(url);
  await shoot('platform-checkout-payment');
  await page.getByLabel('Card number').fill('4000 0000 0000 0002');
  await page.getByLabel('Expiry').fill('12 / 44');
  await page.getByLabel('CVC').fill('123');
  await shoot('platform-checkout-payment-filled');
}

/** The guest chooses a password, and changes it with a slip. */
export async function password({ page, lantern, shoot, visit }, base) {
  await page.goto(`${lantern}/sign-up`);
  await page.getByLabel('E-mail').fill('dana@papercrane.example');
  await page.getByLabel('Password').fill('paper, scissors, stone');
  await page.getByRole('button', { name: 'Keep my access' }).click();
  await visit('lantern-password', '/password');
  await page.getByLabel('Password now').fill('paper, scissors');
  await page.getByLabel('New password', { exact: true }).fill('stone, scissors, paper');
  await page.getByLabel('New password again').fill('stone, scissors, paper');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.locator('.wrong').waitFor();
  await shoot('lantern-password-wrong');
  await visit('lantern-settings-signed-in', `${base}/settings`);
}

/** A new account: its import meets errors and goes on, and then every page says what will be there. */
export async function newcomer({ page, platform, lantern, shoot, visit }) {
  await ask(`${platform}/_annex/faults`, { json: { rules: [{ fault: 'error', share: 1, operation: 'GET /v1/charges' }] } });
  await page.goto(`${lantern}/connect?mode=test`);
  await page.getByText('Connect a new account instead').click();
  await page.getByRole('button', { name: 'Use a blank test account' }).click();
  await page.waitForURL(/\/import$/);
  await page.getByText('trying again').waitFor({ timeout: 60_000 });
  await shoot('lantern-import-trouble');
  await fetch(`${platform}/_annex/faults`, { method: 'DELETE' });
  await page.locator('[data-import="done"], [data-import="partial"]').waitFor({ timeout: 120_000 });
  const base = new URL(page.url()).pathname.replace(/\/import$/, '');
  for (const [name, path] of [
    ['overview', ''],
    ['mrr', '/mrr'],
    ['customers', '/customers'],
    ['failed', '/failed'],
    ['cash', '/cash'],
    ['why', '/why'],
  ])
    await visit(`lantern-empty-${name}`, base + path);
}
