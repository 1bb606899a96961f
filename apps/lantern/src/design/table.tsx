import type { Child, FC } from 'hono/jsx';

export interface Column<Row> {
  readonly head: Child;
  readonly number?: boolean;
  readonly cell: (row: Row) => Child;
  /** The column that names the row. */
  readonly names?: boolean;
}

export interface TableProps<Row> {
  /** What the table shows, for whoever hears it. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly foot?: readonly Child[];
  /** On a phone: each row as a card with named cells, or the table as it is, to be moved sideways under the names of its rows. */
  readonly phone?: 'cards' | 'sideways';
}

/** Figures in columns are compared down the column; what has words in it is read row by row. */
const onPhone = (columns: readonly Column<never>[]): 'cards' | 'sideways' =>
  columns.length > 3 && columns.some(({ number, names }) => number !== true && names !== true) ? 'cards' : 'sideways';

const classesOf = (columns: readonly Column<never>[], phone: 'cards' | 'sideways'): string | undefined =>
  [columns.length > 6 ? 'dense' : '', phone === 'cards' ? 'cards' : ''].filter(Boolean).join(' ') || undefined;

/** A table from a list of columns, so that head and cells cannot part. */
export function Table<Row>({ caption, columns, rows, foot, phone = onPhone(columns) }: TableProps<Row>) {
  return (
    <section class="scroll" aria-label={caption} tabindex={0}>
      <table class={classesOf(columns, phone)}>
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ head, number }) => (
              <th scope="col" class={number === true ? 'number' : undefined}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {columns.map(({ head, cell, number, names }) =>
                names === true ? (
                  <th scope="row">{cell(row)}</th>
                ) : (
                  <td class={number === true ? 'number' : undefined} data-head={typeof head === 'string' ? head : undefined}>
                    {cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
        {foot !== undefined && (
          <tfoot>
            <tr>
              {foot.map((cell, n) => (
                <td class={columns[n]?.number === true ? 'number' : undefined}>{cell}</td>
              ))}
            </tr>
          </tfoot>
        )}
      </table>
    </section>
  );
}

/** A link to the next page of a list, and back to its beginning. */
export const Pager: FC<{ older: string | undefined; first: string | undefined }> = ({ older, first }) =>
  older === undefined && first === undefined ? null : (
    <p class="row below">
      {first !== undefined && <a href={first}>First page</a>}
      {older !== undefined && <a href={older}>Next page</a>}
    </p>
  );

export interface Choice {
  readonly label: string;
  readonly href: string;
  readonly current: boolean;
}

/** A few alternatives side by side. */
export const Choices: FC<{ label: string; choices: readonly Choice[] }> = ({ label, choices }) => (
  <nav class="choices" aria-label={label}>
    {choices.map((choice) => (
      <a href={choice.href} aria-current={choice.current ? 'true' : undefined}>
        {choice.label}
      </a>
    ))}
  </nav>
);
