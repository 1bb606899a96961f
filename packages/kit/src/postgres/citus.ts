import { mirroredObjects } from '../mirror/objects/index.ts';

const BY_ACCOUNT = [
  'connections',
  'inbox',
  'imports',
  'streams',
  'ranges',
  'refetch',
  'buckets',
  'receipts',
  'subscribers',
  'billing_scans',
];
const WHOLE = ['migrations', 'shapes', 'oauth_states'];

/**
 * The statements that spread a prepared database over the nodes of a Citus cluster: every table by `account`, in one group, so that
 * joins on the account stay on one node. Written after the documentation of Citus; it was not run on a cluster by us.
 */
export function citusScript(): string {
  const [first, ...rest] = [...BY_ACCOUNT.map((name) => `annex.${name}`), ...mirroredObjects.map(({ table }) => `mirror.${table}`)];
  return [
    '-- Spreads the tables by account. Not run on a cluster by the authors: try it on a copy first.',
    '-- Run once, after `annex migrate`, on the coordinator. Stop all workers before.',
    'create extension if not exists citus;',
    ...WHOLE.map((name) => `select create_reference_table('annex.${name}');`),
    `select create_distributed_table('${first}', 'account');`,
    ...rest.map((name) => `select create_distributed_table('${name}', 'account', colocate_with => '${first}');`),
    '',
  ].join('\n');
}
