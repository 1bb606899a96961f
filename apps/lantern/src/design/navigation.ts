/** The pages of an account, in the order of the navigation. One line each. */
export const NAVIGATION: readonly { readonly path: string; readonly label: string }[] = [
  { path: '', label: 'Overview' },
  { path: '/feed', label: 'Live feed' },
  { path: '/import', label: 'Import' },
  { path: '/health', label: 'Health' },
  { path: '/settings', label: 'Settings' },
  { path: '/members', label: 'People' },
  { path: '/audit', label: 'Audit trail' },
];
