/** The pages of an account, in the order of the navigation. One line each. */
export interface NavigationEntry {
  readonly path: string;
  readonly label: string;
  /** Only owners see it. */
  readonly owner?: true;
}

export const NAVIGATION: readonly { readonly group: string; readonly entries: readonly NavigationEntry[] }[] = [
  {
    group: 'Figures',
    entries: [
      { path: '', label: 'Overview' },
      { path: '/mrr', label: 'MRR' },
      { path: '/customers', label: 'Customers' },
      { path: '/cohorts', label: 'Cohorts' },
      { path: '/failed', label: 'Failed payments' },
      { path: '/cash', label: 'Cash flow' },
      { path: '/feed', label: 'Live feed' },
    ],
  },
  {
    group: 'Data',
    entries: [
      { path: '/import', label: 'Import' },
      { path: '/health', label: 'Health' },
      { path: '/alerts', label: 'Alerts', owner: true },
      { path: '/keys', label: 'API keys', owner: true },
    ],
  },
  {
    group: 'Account',
    entries: [
      { path: '/settings', label: 'Settings' },
      { path: '/billing', label: 'Billing' },
      { path: '/members', label: 'People' },
      { path: '/audit', label: 'Audit trail', owner: true },
    ],
  },
];
