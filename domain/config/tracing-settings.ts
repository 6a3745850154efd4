import { UsageError } from '../errors/usage-error.ts';

/** Where spans go, and which of them. */
export type TracingSettings = {
  /** OTLP/HTTP, without `/v1/traces`; null = what OpenTelemetry's own variables say. */
  readonly endpoint: string | null;
  /** Share of the items whose traces are sent, 0 to 1; what ends in an error always is. */
  readonly share: number;
};

const defaultShare = 0.01;

/**
 * Reads `VIDEOQA_OTLP_ENDPOINT`, `VIDEOQA_TRACING` and `VIDEOQA_TRACE_SHARE`.
 *
 * @returns null when tracing is off, which it is unless one of the first two says otherwise
 * @throws {UsageError} for a value that means nothing
 */
export function readTracingSettings(
  environment: Readonly<Record<string, string | undefined>>,
): TracingSettings | null {
  const endpoint = environment['VIDEOQA_OTLP_ENDPOINT'] || null;
  const wish = environment['VIDEOQA_TRACING'] || (endpoint === null ? 'off' : 'on');
  if (wish !== 'on' && wish !== 'off') {
    throw new UsageError(`VIDEOQA_TRACING is "${wish}"; it takes on or off.`);
  }
  if (wish === 'off') return null;
  if (endpoint !== null && !/^https?:\/\/[^/]/.test(endpoint)) {
    throw new UsageError(
      `VIDEOQA_OTLP_ENDPOINT is "${endpoint}"; it takes an address such as http://127.0.0.1:4318.`,
    );
  }
  const share = Number(environment['VIDEOQA_TRACE_SHARE'] || defaultShare);
  if (!(share >= 0 && share <= 1)) {
    throw new UsageError(
      `VIDEOQA_TRACE_SHARE is "${environment['VIDEOQA_TRACE_SHARE']}"; it takes 0 to 1.`,
    );
  }
  return { endpoint, share };
}
