/** The pages of an account, in the order of the navigation. One line each. */
export const NAVIGATION: readonly { readonly path: string; readonly label: string; readonly owner?: true }[] = [
  { path: '', label: 'Overview' },
  { path: '/failed', label: 'Failed payments' },
  { path: '/cash', label: 'Cash flow' },
  { path: '/feed', label: 'Live feed' },
  { path: '/import', label: 'Import' },
  { path: '/health', label: 'Health' },
  { path: '/settings', label: 'Settings' },
  { path: '/alerts', label: 'Alerts', owner: true },
  { path: '/members', label: 'People' },
  { path: '/audit', label: 'Audit trail', owner: true },
];
