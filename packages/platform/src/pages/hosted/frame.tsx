import type { FC, PropsWithChildren } from 'hono/jsx';
import type { World } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import { ASSETS } from '../assets.ts';
import { accountName, type Brand, brandCssPath, brandOf } from '../brand.ts';
import { BrandTile } from '../consent.tsx';
import { Document, Mark, ModeTag, NOT_STRIPE } from '../layout.tsx';

/** The account as its customers see it; one that a test invented has no name. */
export const brandFor = (platform: Platform, world: World): Brand => ({
  ...brandOf(platform, world.account),
  name: accountName(platform.accounts.account(world.account)) ?? 'Unnamed account',
});

/** The line on top of every page that customers of an account see. */
export const Strip: FC<{ livemode: boolean }> = ({ livemode }) => (
  <header class="strip">
    <span class="brand">
      <Mark /> Annex
    </span>
    <span class="not-stripe">{NOT_STRIPE}</span>
    <span class="strip-end">
      <ModeTag livemode={livemode} />
    </span>
  </header>
);

export interface HostedProps {
  readonly title: string;
  readonly brand: Brand;
  readonly livemode: boolean;
  /** Where the page goes on by itself. */
  readonly goesTo?: string | undefined;
  readonly kind?: 'sheet' | 'card' | 'portal';
}

/** A page that an account shows its customers: in its colours, under its name. */
export const Hosted: FC<PropsWithChildren<HostedProps>> = ({ title, brand, livemode, goesTo, kind = 'sheet', children }) => (
  <Document
    title={`${title} · ${brand.name}`}
    styles={[ASSETS.hosted.path, brandCssPath(brand)]}
    bodyClass="front hosted"
    {...(goesTo !== undefined && { goesTo })}
  >
    <Strip livemode={livemode} />
    <main class={`hosted-${kind} brand-${brand.account}`}>{children}</main>
  </Document>
);

/** Who is paid. */
export const Merchant: FC<{ brand: Brand; back?: { href: string; label: string } | undefined }> = ({ brand, back }) => (
  <header class="merchant">
    {back !== undefined && (
      <a class="back" href={back.href} title={back.label} rel="noreferrer">
        <span aria-hidden="true">←</span>
        <span class="sr">{back.label}</span>
      </a>
    )}
    <span class="merchant-tile">
      <BrandTile brand={brand} image={brand.icon ?? brand.logo} />
    </span>
    <strong>{brand.name}</strong>
  </header>
);
