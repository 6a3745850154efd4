import type { Finding } from '../doctor/check.ts';
import { plainText } from '../../domain/text/plain-text.ts';

/** What `doctor` found: a line per check, and under a failed one what mends it. */
export function renderFindings(findings: readonly Finding[]): string {
  const width = Math.max(0, ...findings.map(({ check }) => check.length));
  const failed = findings.filter(({ ok }) => !ok).length;
  const lines = findings.flatMap(({ check, ok, detail, fix }) => [
    `${ok ? 'ok    ' : 'FAILED'}  ${check.padEnd(width)}  ${plainText(detail)}`,
    ...(fix === null ? [] : [`${' '.repeat(8)}${' '.repeat(width)}  -> ${plainText(fix)}`]),
  ]);
  const end =
    failed === 0
      ? `${findings.length} checks passed`
      : `${failed} of ${findings.length} checks failed`;
  return [...lines, end].join('\n');
}
