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
}

/** A table from a list of columns, so that head and cells cannot part. */
export function Table<Row>({ caption, columns, rows, foot }: TableProps<Row>) {
  return (
    <section class="scroll" aria-label={caption} tabindex={0}>
      <table class={columns.length > 8 ? 'dense' : undefined}>
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
              {columns.map(({ cell, number, names }) =>
                names === true ? <th scope="row">{cell(row)}</th> : <td class={number === true ? 'number' : undefined}>{cell(row)}</td>,
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
