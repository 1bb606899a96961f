import type { DoctorReport, ObjectReport } from '../mirror/doctor.ts';
import { type Call, worldOf } from './command.ts';

/** Compares and says what differs. Answers 1 on drift that was not repaired. */
export async function runDoctor(call: Call): Promise<number> {
  const world = await worldOf(call, 'doctor');
  const kit = await call.kit();
  const { repair, pages, objects } = call.options;
  const report = await kit.doctor(world, {
    repair: repair === true,
    ...(typeof pages === 'string' ? { pages: Number(pages) } : {}),
    ...(typeof objects === 'string' ? { objects: objects.split(',') } : {}),
    onObject: (one) => call.options.json || call.terminal.err.write(`${lineOf(one)}\n`),
  });
  call.print(report, textOf(report));
  if (repair === true && report.objects.some(({ more }) => more > 0)) {
    call.terminal.err.write('More differed than could be put right one by one: they are queued, and a worker fetches them.\n');
  }
  const open = report.objects.some(
    ({ drift, more, unanswered }) => unanswered === true || more > 0 || drift.some(({ repaired }) => !repaired),
  );
  return open ? 1 : 0;
}

function lineOf({ object, source, mirror, drift, more, note }: ObjectReport): string {
  const wrong = drift.length + more;
  const verdict = wrong === 0 ? 'equal' : `${wrong} differ`;
  return `${object.padEnd(28)} source ${String(source).padStart(7)}  mirror ${String(mirror).padStart(7)}  ${note ?? verdict}`;
}

function textOf(report: DoctorReport): string {
  const lines: string[] = [];
  for (const { object, drift, months, more } of report.objects) {
    for (const { month, source, mirror } of months.filter(({ equal }) => !equal)) {
      lines.push(`${object} ${month}: ${source} in the source, ${mirror} in the mirror${source === mirror ? ', but not the same' : ''}`);
    }
    for (const { id, kind, fields, repaired } of drift) {
      lines.push(`${object} ${id}: ${WORDS[kind]}${repaired ? ' (repaired)' : ''}`);
      for (const { path, mirror, source } of fields) lines.push(`  ${path}: mirror ${shown(mirror)}, source ${shown(source)}`);
    }
    if (more > 0) lines.push(`${object}: ${more} more were not looked at one by one`);
  }
  const compared = `${report.objects.length} object types, ${report.requests} requests`;
  const unanswered = report.objects.filter((one) => one.unanswered === true);
  for (const { object, note } of unanswered) lines.push(`${object}: ${note}`);
  const differs = report.objects.some(({ drift, more }) => drift.length > 0 || more > 0);
  const verdict = differs
    ? 'the mirror differs'
    : unanswered.length > 0
      ? `${unanswered.length} of the object types could not be compared`
      : 'the mirror equals the source';
  lines.push(`${report.account}: ${verdict} (${compared}).`);
  return lines.join('\n');
}

const WORDS = { missing: 'missing in the mirror', extra: 'gone from the source', differs: 'differs' } as const;
const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));
