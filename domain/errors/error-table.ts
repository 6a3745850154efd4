import type { ErrorRow, FailureMeaning } from './error-row.ts';
import { errorRows, unknownFailure } from './error-rows.ts';
import { type ProviderError, readProviderError } from './provider-error.ts';
import { retryAfterMs } from './retry-after.ts';
import type { Provider } from '../run-spec.ts';
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
export type ClassifiedFailure = FailureMeaning & {
  readonly retryAfterMs?: number;
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
  const { row: number, class: failureClass, action } = row;
  const delayMs = askedMs(signal, action) ?? row.waitMs;
  const { maxRetries, afterwards, backoff, pause, stopsWhen, remedy, slowsGrowth } = row;
  return {
    row: number,
    class: failureClass,
    action,
    message: describe(signal, error, row),
    ...(maxRetries !== undefined && { maxRetries }),
    ...(afterwards !== undefined && { afterwards }),
    ...(backoff !== undefined && { backoff }),
    ...(pause !== undefined && { pause }),
    ...(stopsWhen !== undefined && { stopsWhen }),
    ...(remedy !== undefined && { remedy }),
    ...(slowsGrowth && { slowsGrowth }),
    ...(delayMs !== undefined && { retryAfterMs: delayMs }),
  };
}

/** Limits are named in every reply of some providers: only a throttle has to do with them. */
function askedMs({ headers, nowMs }: FailureSignal, action: FailureAction): number | null {
  if (action === 'wait') return retryAfterMs(headers, nowMs);
  return action === 'retry' ? retryAfterMs(withoutResets(headers), nowMs) : null;
}

function withoutResets(headers: FailureSignal['headers']): FailureSignal['headers'] {
  const { 'retry-after-ms': milliseconds, 'retry-after': after } = headers;
  return {
    ...(milliseconds !== undefined && { 'retry-after-ms': milliseconds }),
    ...(after !== undefined && { 'retry-after': after }),
  };
}

function fits(row: ErrorRow, signal: FailureSignal, error: ProviderError): boolean {
  const { provider } = signal;
  return (
    fitsTransport(row, signal) &&
    (row.providers?.includes(provider) ?? true) &&
    fitsHead(row, signal) &&
    (row.code === undefined || error.codes.some((code) => row.code?.test(code))) &&
    (row.wording?.test(error.text) ?? true)
  );
}

function fitsHead({ waitHeader, status }: ErrorRow, signal: FailureSignal): boolean {
  if (waitHeader !== undefined && !asksByHeader(waitHeader, signal)) return false;
  return status === undefined || inRange(status, signal.status);
}

function asksByHeader(name: RegExp, { headers, nowMs }: FailureSignal): boolean {
  const named = Object.entries(headers).filter(([header]) => name.test(header));
  return retryAfterMs(Object.fromEntries(named), nowMs) !== null;
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
