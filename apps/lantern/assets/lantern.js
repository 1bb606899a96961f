// Live pages, menus and copy buttons. Everything works without it; with it, what changes is shown without a reload.

document.documentElement.classList.add('scripted');

// On a phone the pages are one line that scrolls: the present one is in sight.
const side = document.querySelector('.side');
const present = side?.querySelector('[aria-current]');
function showPresent() {
  if (present) side.scrollLeft = present.offsetLeft - (side.clientWidth - present.offsetWidth) / 2;
}
showPresent();
addEventListener('resize', showPresent);

const stream = document.body.dataset.stream;
const state = document.querySelector('[data-live-state]');
const stateText = document.querySelector('[data-live-text]');

function show(live) {
  state?.classList.toggle('on', live);
  state?.classList.toggle('off', !live);
  if (stateText) stateText.textContent = live ? 'live' : 'reconnecting';
}

/** Somebody is typing or choosing there: it must not be replaced under their hands. */
const isBusy = (region) =>
  region.contains(document.activeElement) && document.activeElement.matches('input:not([type=hidden]), select, textarea');

function swap(fresh) {
  for (const region of document.querySelectorAll('[data-live]')) {
    const next = fresh.querySelector(`[data-live="${region.dataset.live}"]`);
    if (!next || next.innerHTML === region.innerHTML || isBusy(region)) continue;
    const open = [...region.querySelectorAll('details')].map((one) => one.open);
    const focused = region.contains(document.activeElement) ? document.activeElement.id || document.activeElement.getAttribute('href') : null;
    const before = new Map([...region.querySelectorAll('[data-figure]')].map((one) => [one.dataset.figure, one.textContent]));
    region.replaceChildren(...[...next.childNodes].map((node) => document.importNode(node, true)));
    [...region.querySelectorAll('details')].forEach((one, n) => {
      if (open[n]) one.open = true;
    });
    if (focused) [...region.querySelectorAll('a, button, [id]')].find((one) => one.id === focused || one.getAttribute('href') === focused)?.focus();
    for (const one of region.querySelectorAll('[data-figure]')) {
      if (before.has(one.dataset.figure) && before.get(one.dataset.figure) !== one.textContent) one.classList.add('changed');
    }
  }
}

let loading = false;
let again = false;

async function refresh() {
  if (loading) {
    again = true;
    return;
  }
  loading = true;
  try {
    const response = await fetch(location.href, { headers: { accept: 'text/html' } });
    // The account has left, or the session has ended: the whole page is another one.
    if (response.redirected) location.assign(response.url);
    else if (response.ok) swap(new DOMParser().parseFromString(await response.text(), 'text/html'));
    else location.reload();
  } catch {
    show(false);
  } finally {
    loading = false;
    if (again) {
      again = false;
      refresh();
    }
  }
}

/** Follows the account for as long as the page is there. */
function follow() {
  const source = new EventSource(stream);
  source.addEventListener('hello', () => {
    show(true);
    // What happened while the line was down is not told: look once. The first time the page may be older than the line, too.
    if (document.querySelector('[data-live]')) refresh();
  });
  source.addEventListener('change', refresh);
  source.addEventListener('error', () => {
    show(false);
    // A browser tries again by itself after a broken line, but gives up for good after some, as of a server that was killed.
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, 1000);
  });
  addEventListener('pagehide', () => source.close());
}
if (stream) follow();

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-copy]');
  if (button) {
    navigator.clipboard?.writeText(button.dataset.copy).then(() => {
      const text = button.textContent;
      button.textContent = 'copied';
      setTimeout(() => {
        button.textContent = text;
      }, 1200);
    });
  }
  for (const menu of document.querySelectorAll('details.menu[open]')) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  const menu = document.querySelector('details.menu[open]');
  if (!menu) return;
  menu.open = false;
  menu.querySelector('summary').focus();
});

// A choice that applies at once; its button is there for whoever has no scripts.
for (const form of document.querySelectorAll('form[data-at-once]')) {
  form.addEventListener('change', () => form.requestSubmit());
}
