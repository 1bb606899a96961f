import type { FC } from 'hono/jsx';

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();

/** An instant, to the minute (or the second), in UTC; the exact one stands in `datetime` and the tooltip. */
export const Time: FC<{ seconds: number; exact?: boolean }> = ({ seconds, exact }) => {
  const full = iso(seconds);
  return (
    <time datetime={full} title={full}>
      {full.slice(0, exact === true ? 19 : 16).replace('T', ' ')}
    </time>
  );
};

/** The ends of an id that is too long for a table; the whole of it is in the tooltip and goes to the clipboard. */
const shortened = (id: string): string => (id.length <= 20 ? id : `${id.slice(0, 9)}…${id.slice(-6)}`);

/** An id, and a button that copies it (shown where scripts run). */
export const Id: FC<{ id: string; href?: string | undefined; cover?: boolean; short?: boolean }> = ({ id, href, cover, short }) => {
  const shown = <code title={short === true ? id : undefined}>{short === true ? shortened(id) : id}</code>;
  return (
    <span class="nowrap">
      {href === undefined ? (
        shown
      ) : (
        <a href={href} class={cover === true ? 'cover' : undefined}>
          {shown}
        </a>
      )}{' '}
      <CopyButton text={id} />
    </span>
  );
};

export const CopyButton: FC<{ text: string; label?: string }> = ({ text, label }) => (
  <button type="button" class="copy" data-copy={text} aria-label={label ?? `Copy ${text}`}>
    copy
  </button>
);

/** How long ago, in the largest unit that says something. */
export function ago(seconds: number): string {
  if (seconds < 5) return 'just now';
  if (seconds < 90) return `${seconds} s ago`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 129_600) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86_400)} days ago`;
}

/** A sentence of a table, whose `code` is shown as such. */
export const Sentence: FC<{ text: string }> = ({ text }) => (
  <>{text.split('`').map((part, index) => (index % 2 === 0 ? part : <code>{part}</code>))}</>
);
