import type { FC } from 'hono/jsx';
import { CountOf } from './bits.tsx';
import { Notice } from './form.tsx';

/** Shown beside figures that have tax in them, because prices include it and nothing shows how much. */
export const UnknownTax: FC<{ customers: number; base: string }> = ({ customers, base }) =>
  customers === 0 ? null : (
    <Notice kind="warn">
      Tax included, share unknown: <CountOf n={customers} one="customer pays" many="customers pay" /> prices that include tax, and no
      invoice shows how much of it, so it is still in these figures. <a href={`${base}/customers?status=tax_unknown`}>Which ones</a>
    </Notice>
  );
