import { type ListenAddress, readListenAddress } from '../domain/config/listen-address.ts';

/**
 * Where the metrics of this process are served: `--metrics`, else `VIDEOQA_METRICS`.
 *
 * @returns null when neither is given: metrics are off
 */
export function metricsAddress(
  flag: string | undefined,
  environment: NodeJS.ProcessEnv,
): ListenAddress | null {
  if (flag !== undefined) return readListenAddress(flag, '--metrics');
  const text = environment['VIDEOQA_METRICS'];
  return text ? readListenAddress(text, 'VIDEOQA_METRICS') : null;
}

/** Only a process that works has something to count. */
export const metricsElsewhere =
  'Metrics are served by the processes that do the work: start those with --metrics.';
