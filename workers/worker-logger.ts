import { DefaultLogger, type Logger } from '@temporalio/worker';
import { destination, pino } from 'pino';

/** Temporal's log as JSON lines in a file; warnings and worse only. */
export function workerLogger(file: string | null): Logger {
  if (file === null) return new DefaultLogger('ERROR', () => undefined);
  const lines = pino({ level: 'warn' }, destination({ dest: file, sync: false, mkdir: true }));
  return new DefaultLogger('WARN', ({ level, message, meta }) => {
    const entry = { ...meta, ...(meta?.['error'] !== undefined && { err: meta['error'] }) };
    lines[level === 'ERROR' ? 'error' : 'warn'](entry, message);
  });
}
