// What pages can do better with a script; every page also works without this file.

document.documentElement.classList.add('script');

document.addEventListener('click', async (event) => {
  const button = event.target.closest('button[data-copy]');
  if (button === null) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const label = button.textContent;
  button.textContent = 'copied';
  setTimeout(() => {
    button.textContent = label;
  }, 1200);
});

/** Blocks say in `data-live` which kinds of object they show; the page is fetched again when one of those changes. */
const blocks = () => [...document.querySelectorAll('[data-live][id]')];

const isBusy = (block) => block.contains(document.activeElement) && document.activeElement.matches('input, select, textarea');

function swap(block, fresh) {
  block.dataset.live = fresh.dataset.live;
  if (block.innerHTML === fresh.innerHTML || isBusy(block)) return;
  const known = new Set([...block.querySelectorAll('[data-row]')].map((row) => row.dataset.row));
  const open = [...block.querySelectorAll('details[open][id]')].map((details) => details.id);
  const focused = block.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
  block.replaceChildren(...fresh.childNodes);
  for (const row of block.querySelectorAll('[data-row]')) if (!known.has(row.dataset.row)) row.classList.add('arrived');
  for (const id of open) block.querySelector(`#${CSS.escape(id)}`)?.setAttribute('open', '');
  if (focused !== null) block.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
}

async function refresh(kinds) {
  const concerns = (live) => live === '*' || kinds.has('*') || live.split(' ').some((kind) => kinds.has(kind));
  const stale = blocks().filter((block) => concerns(block.dataset.live));
  if (stale.length === 0) return;
  const response = await fetch(location.href, { headers: { 'Annex-Live': '1' } });
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
  for (const block of stale) {
    const next = fresh.getElementById(block.id);
    if (next !== null) swap(block, next);
  }
}

const stream = document.body.dataset.stream;
if (stream !== undefined && blocks().length > 0) {
  let waiting = new Set();
  let running = false;
  const run = async () => {
    if (running) return;
    running = true;
    while (waiting.size > 0) {
      const kinds = waiting;
      waiting = new Set();
      await refresh(kinds).catch(() => undefined);
    }
    running = false;
  };
  const tell = (kinds) => {
    for (const kind of kinds) waiting.add(kind);
    void run();
  };
  let source;
  const listen = () => {
    source = new EventSource(stream);
    source.addEventListener('changed', (event) => tell(event.data.split(' ')));
  };
  listen();
  // A browser opens six connections to an origin: tabs that nobody looks at give theirs back, and catch up later.
  document.addEventListener('visibilitychange', () => {
    source.close();
    if (document.hidden) return;
    listen();
    tell(['*']);
  });
}

/** The preview of an extension's branding follows what is typed, before it is saved. */
const luminance = (hex) => {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

/** Black or white, whichever reads better on this colour. */
const inkOn = (hex) => (1.05 / (luminance(hex) + 0.05) >= (luminance(hex) + 0.05) / 0.05 ? '#ffffff' : '#111111');

function previewBrand(form) {
  const preview = document.getElementById('brand-preview');
  for (const name of preview.querySelectorAll('[data-preview="name"]')) name.textContent = form.elements.name.value;
  for (const [field, colour, ink] of [
    ['primary_color', '--brand', '--brand-ink'],
    ['secondary_color', '--brand-soft', '--brand-soft-ink'],
  ]) {
    const hex = form.elements[field].value;
    if (!/^#[0-9a-f]{6}$/i.test(hex)) continue;
    for (const block of preview.querySelectorAll('[class*="brand-acct"]')) {
      block.style.setProperty(colour, hex);
      block.style.setProperty(ink, inkOn(hex));
    }
  }
}

const brandForm = document.querySelector('form[data-brand-form]');
brandForm?.addEventListener('input', () => previewBrand(brandForm));
