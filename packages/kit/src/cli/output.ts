import type { ObjectProgress, Progress } from '../mirror/imports.ts';

/** Where a command writes: results to `out`, everything else to `err`, so that `--json` can be piped. */
export interface Terminal {
  readonly out: { write(text: string): unknown };
  readonly err: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
}

/** Rows as columns that line up, or one JSON document. */
export function table(rows: readonly Readonly<Record<string, unknown>>[], columns: readonly string[]): string {
  const cells = [columns.map((name) => name.replaceAll('_', ' ')), ...rows.map((row) => columns.map((name) => shown(row[name])))];
  const widths = columns.map((_, at) => Math.max(...cells.map((line) => line[at]!.length)));
  return cells
    .map((line) =>
      line
        .map((cell, at) => cell.padEnd(widths[at]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const shown = (value: unknown): string =>
  value === null || value === undefined ? '-' : typeof value === 'object' ? JSON.stringify(value) : String(value);

export const time = (ms: number | null): string => (ms === null ? '-' : new Date(ms).toISOString().replace('T', ' ').slice(0, 19));

const WIDTH = 24;

/** One bar: filled by what is stored, against what is expected; an unknown end is shown as unknown. */
export function bar({ rows, estimate, state }: Pick<ObjectProgress, 'rows' | 'estimate' | 'state'>): string {
  if (state === 'done') return '█'.repeat(WIDTH);
  if (state === 'refused') return '×'.repeat(WIDTH);
  const share = estimate === null ? 0 : estimate === 0 ? 0 : Math.min(0.99, rows / estimate);
  const full = Math.floor(share * WIDTH);
  return '█'.repeat(full) + '░'.repeat(WIDTH - full);
}

/** Every object type that has or may have something, with its bar; then the sum. */
export function progressText(progress: Progress): string {
  const told = progress.objects.filter(({ rows, state }) => rows > 0 || state === 'reading' || state === 'failing' || state === 'refused');
  const quiet = progress.objects.filter(({ rows, state }) => rows === 0 && state === 'done').length;
  const name = Math.max(10, ...told.map(({ object }) => object.length));
  const lines = told.map((one) => {
    const count =
      one.state === 'done' || one.estimate === null
        ? `${one.rows}${one.state === 'done' ? '' : ' of ?'}`
        : `${one.rows} of about ${one.estimate}`;
    return `${one.object.padEnd(name)}  ${bar(one)}  ${count}${one.reason === undefined ? '' : `  ${one.state}: ${one.reason}`}`;
  });
  if (quiet > 0) lines.push(`${quiet} other object types are empty.`);
  const sum = `${progress.account} (${progress.livemode ? 'live' : 'test'}): ${progress.state}, ${Math.floor(progress.fraction * 100)} %, ${progress.rows} objects, ${progress.requests} requests`;
  return [...lines, progress.reason === undefined ? sum : `${sum}. ${progress.reason}`].join('\n');
}

/** Draws over what it drew before where there is a terminal; elsewhere writes a line now and then. */
export function painter({ err }: Terminal): (text: string, last: boolean) => void {
  let drawn = 0;
  let said = '';
  return (text, last) => {
    if (err.isTTY) {
      const lines = text.split('\n').map((line) => line.slice(0, (err.columns ?? 120) - 1));
      err.write(`${drawn > 0 ? `\u001b[${drawn}A` : ''}${lines.map((line) => `\u001b[2K${line}\n`).join('')}`);
      // Fewer lines than before: what is left over below is wiped.
      for (let more = lines.length; more < drawn; more++) err.write('\u001b[2K\n');
      drawn = Math.max(drawn, lines.length);
      return;
    }
    const sum = text.slice(text.lastIndexOf('\n') + 1);
    if (last) err.write(`${text}\n`);
    else if (sum !== said) err.write(`${sum}\n`);
    said = sum;
  };
}
