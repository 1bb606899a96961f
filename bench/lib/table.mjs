/** Prints rows under their heads, columns aligned. */
export function table(heads, rows) {
  const lines = [heads, heads.map(() => '---'), ...rows].map((row) => row.map(String));
  const widths = heads.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  for (const line of lines)
    console.log(
      `| ${line.map((cell, column) => (cell === '---' ? '-'.repeat(widths[column]) : cell.padEnd(widths[column]))).join(' | ')} |`,
    );
  console.log();
}
export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
