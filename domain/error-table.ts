import { errorRows, type ErrorRow } from './error-rows.ts';
import type { FailureClass } from './outcome.ts';
import { type ProviderError, readProviderError } from './provider-error.ts';
import { retryAfterMs } from './retry-after.ts';
import type { Provider } from './run-spec.ts';
import type { FailureAction } from './step-error.ts';
import type { TransportKind } from './transport-error.ts';

/** What became of a request that brought no usable reply. */
export type FailureSignal = {
  readonly provider: Provider;
  /** HTTP status; null when no headers arrived. */
  readonly status: number | null;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as text; null when none arrived. */
  readonly bodyText: string | null;
  /** How the transport failed; null when a whole reply arrived. */
  readonly transport: TransportKind | null;
  /** For dates in headers; milliseconds since 1970. @default the clock */
  readonly nowMs?: number;
};

/** What a failed call means. `retry` counts as an attempt, `wait` against the waiting time. */
export type ClassifiedFailure = {
  readonly class: FailureClass;
  readonly action: FailureAction;
  readonly retryAfterMs?: number;
  /** Retries that make sense for this class, where fewer than the configured attempts. */
  readonly maxRetries?: number;
  /** What follows when `maxRetries` are used up. @default 'fail' */
  readonly afterwards?: 'fail' | 'stop';
  /** Names status and code; never the request, the key or the reply's text. */
  readonly message: string;
};

/**
 * Decides what a failed request means, by the first row of the error table that fits: its class,
 * and whether to retry, wait, fail the item or stop the run.
 */
export function classifyFailure(signal: FailureSignal): ClassifiedFailure {
  const error = readProviderError(signal.bodyText);
  const row = errorRows.find((candidate) => fits(candidate, signal, error)) ?? unknownFailure;
  const mayComeAgain = row.action === 'wait' || row.action === 'retry';
  const asked = mayComeAgain ? retryAfterMs(signal.headers, signal.nowMs) : null;
  const delayMs = asked ?? row.waitMs;
  return {
    class: row.class,
    action: row.action,
    message: describe(signal, error, row),
    ...(row.maxRetries !== undefined && { maxRetries: row.maxRetries }),
    ...(row.afterwards !== undefined && { afterwards: row.afterwards }),
    ...(delayMs !== undefined && { retryAfterMs: delayMs }),
  };
}

/** Row 29. */
const unknownFailure: ErrorRow = { class: 'unclassified', action: 'retry', maxRetries: 2 };

function fits(row: ErrorRow, signal: FailureSignal, error: ProviderError): boolean {
  const { status, provider } = signal;
  return (
    fitsTransport(row, signal) &&
    (row.providers?.includes(provider) ?? true) &&
    (row.status === undefined || inRange(row.status, status)) &&
    (row.code === undefined || error.codes.some((code) => row.code?.test(code))) &&
    (row.wording?.test(error.text) ?? true)
  );
}

function fitsTransport(row: ErrorRow, { status, transport }: FailureSignal): boolean {
  // A refusal whose body was cut off is still the refusal that its status says it is.
  const isWhole = transport === null || (status !== null && status >= 400);
  if (row.transport === undefined) return isWhole;
  if (isWhole || !row.transport.includes(transport)) return false;
  return row.hasHeaders === undefined || row.hasHeaders === (status !== null);
}

function inRange(statuses: NonNullable<ErrorRow['status']>, status: number | null): boolean {
  if (status === null) return false;
  return statuses.some((one) =>
    typeof one === 'number' ? one === status : status >= one.from && status < one.to,
  );
}

const transportWords: Readonly<Record<TransportKind, string>> = {
  connect: 'cannot be reached',
  dns: 'has a host name that does not exist',
  tls: 'has a certificate that is not accepted',
  timeout: 'sent no whole reply within the deadline',
  cut: 'broke the connection off',
};

function describe(signal: FailureSignal, error: ProviderError, row: ErrorRow): string {
  const { provider, status, transport } = signal;
  const hint = row.hint === undefined ? '' : `; ${row.hint}`;
  if (transport !== null && (status === null || status < 400)) {
    return `${provider} ${transportWords[transport]}${hint}`;
  }
  const code = error.codes.find((name) => /^[\w.-]{1,60}$/.test(name));
  const facts = [
    ...(code === undefined ? [] : [code]),
    ...(error.param === null ? [] : [`parameter ${error.param}`]),
  ];
  const named = facts.length === 0 ? '' : ` (${facts.join(', ')})`;
  return `${provider} replied with status ${status}${named}${hint}`;
}
