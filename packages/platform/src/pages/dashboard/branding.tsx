import { type Context, Hono } from 'hono';
import type { FC } from 'hono/jsx';
import { changeExtension, extensionOf, type ShownExtension } from '../../accounts/extension.ts';
import { StripeError } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import { type Brand, brandCssPath, brandOf, contrast } from '../brand.ts';
import { BrandTile, SCOPE_WORDS } from '../consent.tsx';
import { Csrf, FormError } from '../layout.tsx';
import type { DashboardEnv } from '../place.ts';
import { shellPage } from '../shell.tsx';
import { field } from '../visit.ts';

/** WCAG asks 4.5 of text. */
const AA = 4.5;

const ContrastNote: FC<{ colour: string | undefined }> = ({ colour }) => {
  if (colour === undefined) return <span class="quiet">none chosen; the dashboard's own colour is used</span>;
  const ratio = contrast(colour, '#ffffff');
  return ratio >= AA ? (
    <span class="tag good">contrast with white {ratio.toFixed(1)}:1, AA</span>
  ) : (
    <span class="tag warn">
      contrast with white {ratio.toFixed(1)}:1, below {AA}: buttons get dark text
    </span>
  );
};

const Preview: FC<{ brand: Brand; extension: ShownExtension }> = ({ brand, extension }) => (
  <section class="panel" aria-labelledby="preview" id="brand-preview">
    <h2 id="preview">Preview</h2>
    <p class="quiet">On the consent page:</p>
    <div class={`preview brand-${brand.account}`}>
      <div class="asker">
        <BrandTile brand={brand} image={brand.logo ?? brand.icon} />
        <div>
          <strong data-preview="name">{brand.name}</strong> {SCOPE_WORDS[extension.scopes[0] ?? 'read_only'].asks}
        </div>
      </div>
      <span class="button primary brand-button">Connect</span> <span class="button">Cancel</span>
    </div>
    <p class="quiet">In the list of connected apps:</p>
    <div class={`preview app-row brand-${brand.account}`}>
      {brand.icon === undefined ? (
        <span class="tile small" aria-hidden="true">
          {[...brand.name][0]?.toUpperCase()}
        </span>
      ) : (
        <img class="brand-image small" src={brand.icon} alt="" />
      )}
      <strong data-preview="name">{brand.name}</strong> <span class="tag">read only</span>
    </div>
    <p class="quiet">The accent colour:</p>
    <div class={`preview swatch brand-${brand.account}`}>Behind text and pictures</div>
  </section>
);

const BrandForm: FC<{ base: string; csrf: string; brand: Brand; extension: ShownExtension }> = ({ base, csrf, brand, extension }) => (
  <form method="post" action={`${base}/settings/branding`} enctype="multipart/form-data" class="panel stack" data-brand-form>
    <Csrf token={csrf} />
    <label>
      Name
      <input name="name" required maxlength={100} value={extension.name ?? ''} />
    </label>
    <label>
      Site
      <input name="site" type="url" maxlength={500} value={extension.site ?? ''} placeholder="https://" />
    </label>
    <label>
      Logo <span class="quiet">PNG or JPEG, under 512 kB, at least 128 × 128; shown on the consent page</span>
      <input type="file" name="logo" accept="image/png,image/jpeg" />
    </label>
    <label>
      Icon <span class="quiet">the same, and square; shown in lists</span>
      <input type="file" name="icon" accept="image/png,image/jpeg" />
    </label>
    <label>
      Brand colour <span class="quiet"># and six hexadecimal digits</span>
      <input name="primary_color" pattern="#[0-9a-fA-F]{6}" value={extension.primary_color ?? ''} placeholder="#0f766e" />
    </label>
    <ContrastNote colour={brand.primary} />
    <label>
      Accent colour
      <input name="secondary_color" pattern="#[0-9a-fA-F]{6}" value={extension.secondary_color ?? ''} placeholder="#ecfdf5" />
    </label>
    <button type="submit" class="primary">
      Save
    </button>
  </form>
);

function show(platform: Platform, c: Context<DashboardEnv>, error?: string): Response | Promise<Response> {
  const { world, base } = c.get('place');
  const extension = extensionOf(platform, world.account);
  const brand = brandOf(platform, world.account);
  return shellPage(platform, c, {
    title: 'Branding',
    current: '/settings/branding',
    lead: 'How your extension shows itself to the owners of accounts.',
    styles: [brandCssPath(brand)],
    ...(error !== undefined && { status: 400 as const }),
    children: (
      <>
        <FormError text={error} />
        {c.req.query('saved') !== undefined && (
          <p class="notice good" role="status">
            Saved.
          </p>
        )}
        {extension === undefined ? (
          <p class="panel">
            This account is no extension yet. <a href={`${base}/settings/extension`}>Make it one</a> first.
          </p>
        ) : (
          <div class="columns wide">
            <BrandForm base={base} csrf={c.get('visitor').csrf} brand={brand} extension={extension} />
            <Preview brand={brand} extension={extension} />
          </div>
        )}
      </>
    ),
  });
}

/** The bytes of an uploaded file; nothing where none was chosen. */
async function upload(c: Context<DashboardEnv>, name: string): Promise<Buffer | undefined> {
  const file = c.get('form').get(name);
  return file instanceof File && file.size > 0 ? Buffer.from(await file.arrayBuffer()) : undefined;
}

/** P2: name, pictures and colours. */
export function brandingRoutes(platform: Platform): Hono<DashboardEnv> {
  const app = new Hono<DashboardEnv>();
  app.get('/settings/branding', (c) => show(platform, c));
  app.post('/settings/branding', async (c) => {
    const { world, base } = c.get('place');
    try {
      changeExtension(platform, world.account, {
        name: field(c, 'name'),
        site: field(c, 'site'),
        primary_color: field(c, 'primary_color'),
        secondary_color: field(c, 'secondary_color'),
        logo: await upload(c, 'logo'),
        icon: await upload(c, 'icon'),
      });
    } catch (error) {
      if (!(error instanceof StripeError)) throw error;
      return show(platform, c, error.message);
    }
    return c.redirect(`${base}/settings/branding?saved=1`, 303);
  });
  return app;
}
