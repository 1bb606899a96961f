import type { Receipt } from '@annex/kit';
import type { FC } from 'hono/jsx';
import { Count, Live, Time } from '../design/bits.tsx';
import { ConnectButton, Csrf, Notice } from '../design/form.tsx';
import { html, Inside } from '../design/layout.tsx';
import { note } from '../web/noted.ts';
import { type AccountVisit, type Route, redirect } from '../web/visit.ts';

const erasedRows = (receipt: Receipt): number => Object.values(receipt.counts).reduce((sum, n) => sum + n, 0);

const receiptId = (receipt: Receipt): string => `${receipt.account}-${receipt.livemode ? 'live' : 'test'}-${receipt.started_ms}`;

export const ReceiptCard: FC<{ receipt: Receipt; zone: string }> = ({ receipt, zone }) => (
  <article class="receipt" aria-label="Receipt of erasure" data-receipt={receiptId(receipt)}>
    <h2>Receipt of erasure</h2>
    <dl class="facts">
      <dt>Account</dt>
      <dd>
        <code>{receipt.account}</code> ({receipt.livemode ? 'live' : 'test'} data)
      </dd>
      <dt>Why</dt>
      <dd>{receipt.reason}</dd>
      <dt>Begun</dt>
      <dd>
        <Time ms={receipt.started_ms} zone={zone} />
      </dd>
      <dt>Finished</dt>
      <dd>{receipt.finished_ms === null ? 'still erasing' : <Time ms={receipt.finished_ms} zone={zone} />}</dd>
      <dt>Rows erased</dt>
      <dd>
        <Count n={erasedRows(receipt)} />
      </dd>
    </dl>
    <details>
      <summary>Table by table</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">Table</th>
            <th scope="col" class="number">
              Rows
            </th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(receipt.counts)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([table, n]) => (
              <tr>
                <th scope="row">
                  <code>{table}</code>
                </th>
                <td class="number">
                  <Count n={n} />
                </td>
              </tr>
            ))}
        </tbody>
      </table>
    </details>
    <p class="quiet">
      Receipt <code>{receiptId(receipt)}</code>. Any tokens were destroyed when the connection ended. What stays is this receipt, the list
      of people and the audit trail.
    </p>
  </article>
);

const Reconnect: FC<{ visit: AccountVisit; label: string }> = ({ visit, label }) => (
  <ConnectButton href={`/connect?mode=${visit.place.mode}`} label={label} />
);

const Kept: FC<{ visit: AccountVisit }> = ({ visit }) => (
  <>
    <Notice kind="warn">
      Lantern has no access to this account any more ({visit.place.reason ?? 'it was disconnected'}). What it had read is kept for{' '}
      {visit.lantern.settings.keepDays} days, and then erased.
    </Notice>
    <div class="row">
      <Reconnect visit={visit} label="Connect again" />
      {visit.role === 'owner' && (
        <form method="post" action={`${visit.place.base}/erase`}>
          <Csrf visit={visit} />
          <button type="submit" class="danger">
            Erase it now
          </button>
        </form>
      )}
    </div>
  </>
);

async function left(visit: AccountVisit): Promise<Response> {
  const { lantern, place } = visit;
  if (place.state === 'connected') return redirect(place.base);
  const receipts = (await lantern.kit.receipts(place.account)).filter(({ livemode }) => livemode === place.livemode);
  const [latest] = receipts;
  const erasing = place.state === 'leaving' || (place.state === 'gone' && latest === undefined);
  return html(
    <Inside visit={visit} title="This account has left" at="/left" {...(erasing && { refresh: 2 })}>
      <Live name="left">
        {place.state === 'kept' ? (
          <Kept visit={visit} />
        ) : (
          <>
            <p data-left={place.state}>
              {place.state === 'leaving'
                ? 'Lantern has no access any more. Everything it had read is being erased.'
                : 'Lantern has no access any more, and nothing of the account’s data is left.'}
            </p>
            {latest !== undefined && <ReceiptCard receipt={latest} zone={place.timeZone} />}
            <p class="act">
              <Reconnect visit={visit} label="Connect again" />
            </p>
          </>
        )}
        {receipts.length > 1 && <Earlier receipts={receipts.slice(1)} zone={place.timeZone} />}
      </Live>
    </Inside>,
  );
}

const Earlier: FC<{ receipts: readonly Receipt[]; zone: string }> = ({ receipts, zone }) => (
  <details>
    <summary>Earlier receipts</summary>
    {receipts.map((receipt) => (
      <ReceiptCard receipt={receipt} zone={zone} />
    ))}
  </details>
);

async function erase(visit: AccountVisit): Promise<Response> {
  const { lantern, place } = visit;
  if (place.state !== 'kept') return redirect(`${place.base}/left`);
  const receipt = await lantern.kit.forget(place, 'an owner asked for it');
  const rows = receipt === undefined ? 0 : erasedRows(receipt);
  await note(lantern.kit.database, visit, 'erased', { rows });
  return redirect(`${place.base}/left`);
}

export const leftRoutes: readonly Route[] = [
  { method: 'GET', path: '/a/:account/:mode/left', access: 'member', afterLeaving: true, run: left },
  { method: 'POST', path: '/a/:account/:mode/erase', access: 'owner', afterLeaving: true, run: erase },
];
