import type { MirroredObject } from '../mirrored-object.ts';

export const reportingReportRun: MirroredObject = {
  object: 'reporting.report_run',
  table: 'reporting_report_runs',
  list: '/v1/reporting/report_runs',
  columns: ['status'],
  priority: 2,
  usual: false,
};
