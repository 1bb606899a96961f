import type { FC } from 'hono/jsx';
import type { Invariant } from '../../faults/invariants.ts';
import type { Platform } from '../../platform.ts';
import { ago } from '../bits.tsx';
import { accountName } from '../brand.ts';
import { INVARIANTS_KIND } from '../live.ts';

/** One promise, over all accounts that it is about. */
interface Promised {
  readonly title: string;
  /** Holds only where it holds for all; not known while it is known for none. */
  readonly holds: boolean | undefined;
  readonly of: number | undefined;
  readonly kept: number;
  /** Those that say most: all that are broken, else all that say something. */
  readonly told: readonly Invariant[];
}

/** Entries of one name are one promise; they stand in the order in which the extension tells them. */
function together(invariants: readonly Invariant[]): Promised[] {
  return [...grouped(invariants).values()].map((all) => {
    const broken = all.filter(({ holds }) => holds === false);
    const known = all.filter(({ holds }) => holds !== undefined);
    const counted = all.filter(({ of }) => of !== undefined);
    return {
      title: all[0]!.title,
      holds: broken.length > 0 ? false : known.length > 0 ? true : undefined,
      of: counted.length === 0 ? undefined : counted.reduce((sum, { of }) => sum + of!, 0),
      kept: counted.reduce((sum, { kept }) => sum + (kept ?? 0), 0),
      told: broken.length > 0 ? broken : all,
    };
  });
}

function grouped(invariants: readonly Invariant[]): Map<string, Invariant[]> {
  const found = new Map<string, Invariant[]>();
  for (const one of invariants) found.set(one.name, [...(found.get(one.name) ?? []), one]);
  return found;
}

const Standing: FC<{ holds: boolean | undefined }> = ({ holds }) =>
  holds === undefined ? (
    <span class="tag">unknown</span>
  ) : (
    <span class={`tag ${holds ? 'good' : 'bad'}`}>{holds ? '✓ holds' : '✗ broken'}</span>
  );

const Told: FC<{ platform: Platform; one: Invariant }> = ({ platform, one }) => (
  <div class="quiet">
    {one.account !== undefined && (
      <>
        {accountName(platform.accounts.account(one.account)) ?? one.account}
        {one.livemode === true ? ' (live)' : ''}:{' '}
      </>
    )}
    {one.sentence}
  </div>
);

const Reported: FC<{ platform: Platform; invariants: readonly Invariant[] }> = ({ platform, invariants }) => (
  <div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Invariant</th>
        </tr>
      </thead>
      <tbody>
        {together(invariants).map(({ title, holds, of, kept, told }) => (
          <tr>
            <td>
              <Standing holds={holds} />
            </td>
            <td>
              <strong>{title}</strong>
              {of !== undefined && ` · ${kept.toLocaleString('en')} of ${of.toLocaleString('en')}`}
              {told.map((one) => (
                <Told platform={platform} one={one} />
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

/** What extensions say of themselves, live: whether what is made to go wrong does any harm. */
export const InvariantsPanel: FC<{ platform: Platform }> = ({ platform }) => {
  const now = Date.now();
  const reports = platform.invariants.reports(now);
  return (
    <section class="panel" id="invariants" aria-labelledby="invariants-title" data-live={INVARIANTS_KIND}>
      <h2 id="invariants-title">Invariants</h2>
      {reports.length === 0 && (
        <p class="quiet">
          No extension reports its invariants here. One that is built with the kit does so where it is started with{' '}
          <code>ANNEX_INVARIANTS_REPORTER={platform.url}/_annex/invariants</code>.
        </p>
      )}
      {reports.map(({ extension, at, silent, invariants }) => {
        const owner = platform.accounts.application(extension)?.account;
        const name = (owner === undefined ? undefined : accountName(platform.accounts.account(owner))) ?? extension;
        const age = ago(Math.round((now - at) / 1000));
        return (
          <>
            <p class={silent ? undefined : 'quiet'}>
              {silent && <span class="tag bad">silent</span>}{' '}
              {silent ? `${name} has stopped reporting; this is what it said ${age}.` : `What ${name} finds in itself, reported ${age}.`}
            </p>
            <Reported platform={platform} invariants={invariants} />
          </>
        );
      })}
    </section>
  );
};
