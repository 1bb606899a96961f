import type { StripeObject } from '../engine/index.ts';
import type { Platform } from '../platform.ts';

/** How an extension shows itself: taken from its account's name and `settings.branding`. */
export interface Brand {
  readonly account: string;
  readonly name: string;
  /** `https://…`, or nothing. */
  readonly site: string | undefined;
  readonly logo: string | undefined;
  readonly icon: string | undefined;
  /** `#rrggbb` */
  readonly primary: string | undefined;
  readonly secondary: string | undefined;
}

const colour = (value: unknown): string | undefined =>
  typeof value === 'string' && /^#[0-9a-f]{6}$/i.test(value) ? value.toLowerCase() : undefined;
const image = (value: unknown): string | undefined =>
  typeof value === 'string' && /^file_\w+$/.test(value) ? `/assets/image/${value}` : undefined;

/** Only a web address becomes a link; anything else that may be stored there does not. */
export const webAddress = (value: unknown): string | undefined =>
  typeof value === 'string' && /^https?:\/\/[^\s]+$/i.test(value) && URL.canParse(value) ? value : undefined;

export const accountName = (account: StripeObject | undefined): string | undefined =>
  account?.settings?.dashboard?.display_name ?? account?.business_profile?.name ?? undefined;

export function brandOf(platform: Platform, accountId: string): Brand {
  const account = platform.accounts.account(accountId);
  const branding = account?.settings?.branding ?? {};
  return {
    account: accountId,
    name: accountName(account) ?? 'An extension without a name',
    site: webAddress(account?.business_profile?.url),
    logo: image(branding.logo),
    icon: image(branding.icon),
    primary: colour(branding.primary_color),
    secondary: colour(branding.secondary_color),
  };
}

const channel = (value: number): number => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);

/** Relative luminance of `#rrggbb` (WCAG 2). */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => channel(Number.parseInt(hex.slice(at, at + 2), 16) / 255)) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast of two colours, 1 to 21. WCAG asks 4.5 of text. */
export function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** Black or white, whichever reads better on this colour. */
export const inkOn = (background: string): '#ffffff' | '#111111' =>
  contrast(background, '#ffffff') >= contrast(background, '#111111') ? '#ffffff' : '#111111';

/** The style sheet with an extension's colours; inline styles are not allowed anywhere. */
export function brandCss(brand: Brand): string {
  const { primary, secondary } = brand;
  const lines = [
    ...(primary === undefined ? [] : [`--brand:${primary};--brand-ink:${inkOn(primary)};`]),
    ...(secondary === undefined ? [] : [`--brand-soft:${secondary};--brand-soft-ink:${inkOn(secondary)};`]),
  ];
  return `.brand-${brand.account}{${lines.join('')}}\n`;
}

export const brandCssPath = (brand: Brand): string =>
  `/assets/brand/${brand.account}.css?v=${(brand.primary ?? 'x').slice(1)}${(brand.secondary ?? 'x').slice(1)}`;
