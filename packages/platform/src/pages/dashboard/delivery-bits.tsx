import type { FC } from 'hono/jsx';
import type { StripeObject } from '../../engine/index.ts';
import type { DeliveryRecord } from '../../webhooks/records.ts';
import { Time } from '../bits.tsx';

/** How one delivery stands, with the next attempt where there will be one. */
export const DeliveryState: FC<{ delivery: DeliveryRecord }> = ({ delivery }) => {
  const last = delivery.attempts[delivery.attempts.length - 1];
  const outcome = last === undefined ? '' : ` (${last.status ?? 'no answer'})`;
  if (delivery.state === 'delivered') {
    return (
      <span>
        <span class="tag good">delivered</span>
        {last !== undefined && <span class="quiet"> {last.took} ms</span>}
      </span>
    );
  }
  if (delivery.state === 'failed') return <span class="tag bad">failed{outcome}</span>;
  return (
    <span>
      <span class="tag warn">pending{outcome}</span>
      {delivery.retry_at !== null && (
        <span class="quiet">
          {' '}
          next <Time seconds={delivery.retry_at} exact />
        </span>
      )}
    </span>
  );
};

export const DeliveryTable: FC<{ base: string; rows: readonly DeliveryRecord[] }> = ({ base, rows }) => (
  <div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">Event</th>
          <th scope="col">State</th>
          <th scope="col">Account</th>
          <th scope="col" class="num">
            Attempts
          </th>
          <th scope="col">Time (UTC)</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((delivery) => (
          <tr class="rowlink" data-row={delivery.id}>
            <td>
              <a class="cover" href={`${base}/deliveries/${delivery.id}`}>
                {delivery.type}
              </a>
            </td>
            <td class="nowrap">
              <DeliveryState delivery={delivery} />
            </td>
            <td>
              <code>{delivery.account}</code> {!delivery.livemode && delivery.endpoint_livemode && <span class="mode test">test</span>}
            </td>
            <td class="num">{delivery.attempts.length}</td>
            <td>
              <Time seconds={delivery.created} exact />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

/** What an endpoint listens to, and how much of it. */
export const listensTo = (endpoint: StripeObject): string => (endpoint.application === null ? 'this account' : 'connected accounts');

export const typesText = (endpoint: StripeObject): string => {
  const types = endpoint.enabled_events as string[];
  return types.includes('*') ? 'all types' : types.length === 1 ? types[0]! : `${types.length} types`;
};
