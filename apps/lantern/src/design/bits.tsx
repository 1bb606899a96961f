import type { Child, FC, PropsWithChildren } from 'hono/jsx';
import { countText, dateTimeText } from './format.ts';

/** An instant, in the account's time zone; the exact one stands in `datetime`. */
export const Time: FC<{ ms: number; zone: string }> = ({ ms, zone }) => {
  const iso = new Date(ms).toISOString();
  return (
    <time datetime={iso} title={iso}>
      {dateTimeText(ms, zone)}
    </time>
  );
};

/** A day of the account's calendar, on one line. */
export const Day: FC<{ day: string }> = ({ day }) => <time datetime={day}>{day}</time>;

export const Count: FC<{ n: number }> = ({ n }) => <data value={String(n)}>{countText(n)}</data>;

/** `1 object`, `2 objects`. */
export const CountOf: FC<{ n: number; one: string; many: string }> = ({ n, one, many }) => (
  <>
    <Count n={n} /> {n === 1 ? one : many}
  </>
);

/** An id, and a button that copies it (shown where scripts run). */
export const Id: FC<{ id: string; href?: string }> = ({ id, href }) => (
  <span class="id">
    {href === undefined ? (
      <code>{id}</code>
    ) : (
      <a href={href}>
        <code>{id}</code>
      </a>
    )}{' '}
    <button type="button" class="copy" data-copy={id} aria-label={`Copy ${id}`}>
      copy
    </button>
  </span>
);

export interface TileProps {
  readonly label: string;
  readonly href?: string;
  /** One quiet line below. */
  readonly note?: Child;
  readonly name?: string;
}

/** A figure with its name; it opens what it is made of. */
export const Tile: FC<PropsWithChildren<TileProps>> = ({ label, href, note, name, children }) => (
  <div class="tile" data-figure={name}>
    <dt>{label}</dt>
    <dd>
      {href === undefined ? (
        <span class="figure">{children}</span>
      ) : (
        <a class="figure" href={href}>
          {children}
        </a>
      )}
      {note !== undefined && <span class="note">{note}</span>}
    </dd>
  </div>
);

export const Tiles: FC<PropsWithChildren> = ({ children }) => <dl class="tiles">{children}</dl>;

/** A region that is replaced when something changes. Regions are not nested. */
export const Live: FC<PropsWithChildren<{ name: string }>> = ({ name, children }) => <div data-live={name}>{children}</div>;

export const Bar: FC<{ fraction: number; label: string }> = ({ fraction, label }) => (
  <progress max="1" value={String(fraction)} aria-label={label}>
    {Math.floor(fraction * 100)} %
  </progress>
);
