import { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import type { Params } from '../../../engine/index.ts';
import type { Platform } from '../../../platform.ts';
import { Csrf, FormError, page } from '../../layout.tsx';
import { field, type PageContext, type PageEnv } from '../../visit.ts';
import { operate } from '../act.ts';
import { Field, type Filled, validEmail } from '../card.tsx';
import { afterwards, inPortal, PORTAL, type Portal, PortalFrame } from './door.tsx';

const ADDRESS = ['line1', 'line2', 'postal_code', 'city', 'state', 'country'] as const;
const LABELS: Readonly<Record<string, string>> = {
  line1: 'Street',
  line2: 'Street, second line',
  postal_code: 'Postal code',
  city: 'City',
  state: 'State or region',
  country: 'Country (two letters)',
};

const allowed = (portal: Portal, what: string): boolean =>
  (portal.configuration.features.customer_update.allowed_updates as string[]).includes(what);

const valuesOf = ({ customer }: Portal): Record<string, string> => ({
  name: customer.name ?? '',
  email: customer.email ?? '',
  phone: customer.phone ?? '',
  ...Object.fromEntries(ADDRESS.map((name) => [name, customer.address?.[name] ?? ''])),
});

const InformationPage: FC<{ portal: Portal; filled: Filled; error?: string | undefined }> = ({ portal, filled, error }) => (
  <PortalFrame portal={portal} title="Billing information" isInner>
    <h1>Billing information</h1>
    <FormError text={error} />
    <form method="post" class="stack">
      <Csrf token={portal.csrf} />
      {allowed(portal, 'name') && <Field name="name" label="Name" filled={filled} autocomplete="name" maxlength={256} optional />}
      {allowed(portal, 'email') && <Field name="email" label="E-mail" filled={filled} type="email" autocomplete="email" maxlength={512} />}
      {allowed(portal, 'phone') && (
        <Field name="phone" label="Phone" filled={filled} type="tel" autocomplete="tel" maxlength={20} optional />
      )}
      {allowed(portal, 'address') &&
        ADDRESS.map((name) => (
          <Field name={name} label={LABELS[name]!} filled={filled} maxlength={name === 'country' ? 2 : 200} optional />
        ))}
      <button type="submit" class="primary brand-button wide-button">
        Save
      </button>
    </form>
  </PortalFrame>
);

function save(c: PageContext, portal: Portal): Response | Promise<Response> {
  const values = Object.fromEntries(['name', 'email', 'phone', ...ADDRESS].map((name) => [name, field(c, name)]));
  const problems: Record<string, string> = {};
  if (allowed(portal, 'email') && !validEmail(values.email!)) problems.email = 'Write it as name@example.com.';
  if (allowed(portal, 'address') && !/^([A-Za-z]{2})?$/.test(values.country!))
    problems.country = 'Write the two letters, for example US or DE.';
  if (Object.keys(problems).length > 0) return page(c, <InformationPage portal={portal} filled={{ values, problems }} />, 400);
  const params: Params = {};
  for (const name of ['name', 'email', 'phone']) if (allowed(portal, name)) params[name] = values[name] === '' ? null : values[name];
  if (allowed(portal, 'address')) {
    const filledIn = ADDRESS.map((name) => [
      name,
      values[name] === '' ? null : name === 'country' ? values[name]!.toUpperCase() : values[name],
    ]);
    params.address = ADDRESS.every((name) => values[name] === '') ? null : Object.fromEntries(filledIn);
  }
  const refusal = operate(portal.platform, portal.world, { method: 'POST', path: `/v1/customers/${portal.customer.id}`, params });
  if (refusal !== undefined)
    return page(c, <InformationPage portal={portal} filled={{ values, problems: {} }} error={refusal.message} />, 400);
  return afterwards(c, portal, 'information');
}

export function portalInformationRoutes(platform: Platform): Hono<PageEnv> {
  const app = new Hono<PageEnv>();
  const feature = 'customer_update';
  app.get(
    `${PORTAL}/information`,
    inPortal(platform, feature, (c, portal) =>
      page(c, <InformationPage portal={portal} filled={{ values: valuesOf(portal), problems: {} }} />),
    ),
  );
  app.post(`${PORTAL}/information`, inPortal(platform, feature, save));
  return app;
}
