/** What `npm audit --json` printed, judged. */
export type AuditVerdict = {
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly message: string;
};

type AuditReport = {
  readonly metadata?: { readonly vulnerabilities?: Readonly<Record<string, number>> };
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity?: string }>>;
  readonly message?: string;
  readonly statusCode?: number;
};

/**
 * High and critical findings fail. A registry without an audit endpoint, or none within reach, is
 * skipped, and says so: that is no clean bill.
 */
export function auditVerdict(printed: string): AuditVerdict {
  const report = parsed(printed);
  const counts = report?.metadata?.vulnerabilities;
  if (counts === undefined) return skipped(report);
  const { high = 0, critical = 0, moderate = 0, low = 0 } = counts;
  if (high + critical === 0)
    return { state: 'passed', message: `audit passed; ${moderate + low} lesser findings` };
  const names = graveNames(report?.vulnerabilities ?? {}).join(', ');
  return { state: 'failed', message: `audit failed: ${high + critical} grave: ${names}` };
}

function skipped(report: AuditReport | null): AuditVerdict {
  const why = report?.message?.split(' - ')[0] ?? 'no answer that can be read';
  return { state: 'skipped', message: `audit skipped: the registry has no audit (${why})` };
}

function graveNames(found: NonNullable<AuditReport['vulnerabilities']>): string[] {
  return Object.entries(found)
    .filter(([, { severity }]) => severity === 'high' || severity === 'critical')
    .map(([name]) => name);
}

function parsed(printed: string): AuditReport | null {
  try {
    return JSON.parse(printed) as AuditReport;
  } catch {
    return null;
  }
}
