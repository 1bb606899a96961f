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
  const stale = blocks().filter((block) => block.dataset.live === '*' || block.dataset.live.split(' ').some((kind) => kinds.has(kind)));
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
  new EventSource(stream).addEventListener('changed', (event) => {
    for (const kind of event.data.split(' ')) waiting.add(kind);
    void run();
  });
}
