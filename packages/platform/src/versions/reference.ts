import type { VersionChange } from './change.ts';
import { CHANGES } from './changes/index.ts';
import { NAMED, OLDEST } from './known.ts';

const HEAD = `# API versions

<!-- Made from packages/platform/src/versions by the tests. Do not edit. -->

A request is served at its \`Stripe-Version\`; without one at the default version of the account whose key it bears. Answers name
the version in \`Stripe-Version\`. An account's default is the newest version, unless it has chosen another: on its dashboard
(*API keys*), by the [control API](control.md) or, for all that have not chosen, by \`--api-version\`.

Objects are stored in one form, that of the newest version. What an older version does not know is undone on the way out,
newest change first; parameters of before are brought up to date on the way in, and errors name them as the caller did.

- An **event** keeps the version that was its account's default when it happened: the Events API shows it so, whoever asks.
- A **webhook endpoint** is told events in the \`api_version\` that it was created with, else in its account's default.
- **Stripe's CLI** names no version and its fixtures mix the parameters of many: those of every time are taken from it, and
  answered at the account's default. \`stripe listen --latest\` forwards events in the newest version.
- A version that does not exist is refused: \`Invalid Stripe API version: …\`. Versions before the acacia ones are answered as
  ${OLDEST}, and the header \`Annex-Notice\` says so. Preview versions are taken as the release of their day.
`;

const kinds = (change: VersionChange): string => {
  const operations = [...new Set([...Object.keys(change.routes ?? {}), ...(change.params ?? []).flatMap((rule) => rule.on)])];
  const objects = Object.keys(change.answers ?? {});
  const parts = [
    objects.length === 0 ? '' : `Answers: ${objects.map((object) => `\`${object}\``).join(', ')}.`,
    operations.length === 0 ? '' : `Parameters: ${operations.map((op) => `\`${op}\``).join(', ')}.`,
    change.events === undefined ? '' : `New events: ${change.events.map((type) => `\`${type}\``).join(', ')}.`,
  ];
  return parts.filter((part) => part !== '').join(' ');
};

/** `docs/reference/versions.md`. */
export function versionsReference(): string {
  const lines = [HEAD, '## What changed'];
  for (const version of [...new Set(CHANGES.map((change) => change.version))]) {
    lines.push('', `### ${version}`, '');
    for (const change of CHANGES.filter((each) => each.version === version)) lines.push(`- ${change.sentence} ${kinds(change)}`);
  }
  lines.push(
    '',
    '## Versions',
    '',
    `${[...NAMED]
      .reverse()
      .map((version) => `\`${version}\``)
      .join(', ')}, and those without a name.`,
    '',
  );
  return lines.join('\n');
}
