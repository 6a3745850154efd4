import { spawnSync } from 'node:child_process';
import { auditVerdict } from './audit-verdict.ts';

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  encoding: 'utf8',
  timeout: 120_000,
});
const { state, message } = auditVerdict(stdout ?? '');
process.stdout.write(`${message}\n`);
process.exitCode = state === 'failed' ? 1 : 0;
