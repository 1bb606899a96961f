import type { FC } from 'hono/jsx';
import type { StripeObject } from '../../engine/index.ts';
import { Id, Time } from '../bits.tsx';
import { columnsOf } from '../columns.ts';
import { isAmount, type Seen, shownValue, valueText } from '../values.tsx';

const words = (path: string): string => path.replaceAll(/[._]/g, ' ');

interface RowProps {
  readonly seen: Seen;
  readonly object: StripeObject;
  readonly columns: readonly string[];
}

const Row: FC<RowProps> = ({ seen, object, columns: [first = 'id', ...columns] }) => (
  <tr class="rowlink" data-row={object.id}>
    <td class="nowrap">
      <a class="cover" href={`${seen.base}/data/${object.object}/${object.id}`}>
        {first === 'id' ? <code>{object.id}</code> : (valueText(seen, object, first) ?? <code>{object.id}</code>)}
      </a>
    </td>
    {columns.map((path) => (
      <td class={isAmount(path) ? 'num' : undefined}>{shownValue(seen, object, path)}</td>
    ))}
    <td>{typeof object.created === 'number' ? <Time seconds={object.created} /> : null}</td>
    <td>
      <Id id={object.id} short />
    </td>
  </tr>
);

/** Objects of a kind as rows; each row is a link, and each id can be copied. */
export const ObjectTable: FC<{ seen: Seen; kind: string; objects: readonly StripeObject[]; about?: string }> = ({
  seen,
  kind,
  objects,
  about,
}) => {
  // On the page of a customer, all rows are about that customer.
  const columns = columnsOf(seen.platform.engine.contract, kind).filter((path) => path !== about);
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            {(columns.length === 0 ? ['id'] : columns).map((path, index) => (
              <th scope="col" class={index > 0 && isAmount(path) ? 'num' : undefined}>
                {words(path)}
              </th>
            ))}
            <th scope="col">Created (UTC)</th>
            <th scope="col">Id</th>
          </tr>
        </thead>
        <tbody>
          {objects.map((object) => (
            <Row seen={seen} object={object} columns={columns} />
          ))}
        </tbody>
      </table>
    </div>
  );
};
