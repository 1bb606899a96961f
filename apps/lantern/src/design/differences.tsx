import type { FieldDiff } from '@annex/kit';
import type { FC } from 'hono/jsx';

const shortText = (value: unknown): string => {
  const text = value === undefined ? 'absent' : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
};

/** Where an object here and at Stripe differ, field by field. */
export const Differences: FC<{ fields: readonly FieldDiff[] }> = ({ fields }) => (
  <table class="small-table">
    <thead>
      <tr>
        <th scope="col">Field</th>
        <th scope="col">Here</th>
        <th scope="col">At Stripe</th>
      </tr>
    </thead>
    <tbody>
      {fields.map(({ path, mirror, source }) => (
        <tr data-field={path}>
          <th scope="row">
            <code>{path}</code>
          </th>
          <td>
            <code>{shortText(mirror)}</code>
          </td>
          <td>
            <code>{shortText(source)}</code>
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);
