import type { FailureClass } from './outcome.ts';
import type { Provider } from './run-spec.ts';
import type { FailureAction } from './step-error.ts';
import { retryAfterMs } from './retry-after.ts';

/** What became of a request that brought no usable reply. */
export type FailureSignal = {
  readonly provider: Provider;
  /** HTTP status; null when none arrived. */
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>>;
  /** The body as text; null when none arrived. */
  readonly bodyText: string | null;
  /** How the transport failed; null when a whole reply arrived. */
  readonly transport: 'connect' | 'dns' | 'timeout' | 'cut' | null;
};

export type ClassifiedFailure = {
  readonly class: FailureClass;
  readonly action: FailureAction;
  readonly retryAfterMs?: number;
  /** Tries after the first that make sense, where fewer than the configured attempts. */
  readonly maxRetries?: number;
  /** Names status and code; never the request or the reply's text. */
  readonly message: string;
};

type Facts = FailureSignal & { readonly code: string; readonly text: string };

type Row = {
  readonly class: FailureClass;
  readonly action: FailureAction;
  readonly matches: (facts: Facts) => boolean;
  readonly maxRetries?: number;
  /** Wait when the provider names no time. */
  readonly defaultWaitMs?: number;
};

const isArk = ({ provider }: Facts) => provider === 'ark';
const has = (facts: Facts, pattern: RegExp) => pattern.test(facts.code);
const says = (facts: Facts, pattern: RegExp) => pattern.test(facts.text);

/**
 * The error table, first match wins. Codes decide before status, status before wording; wording is
 * only used where providers send no code.
 */
const table: readonly Row[] = [
  { class: 'timeout', action: 'retry', maxRetries: 2, matches: ({ transport }) => transport === 'timeout' || transport === 'cut' },
  { class: 'connection', action: 'retry', matches: ({ transport }) => transport !== null },
  { class: 'auth', action: 'stop', matches: (f) => f.status === 401 || has(f, /^(invalid_api_key|authenticationerror|invalidapikey)$/i) },
  { class: 'quota', action: 'stop', matches: (f) => f.status === 402 || has(f, /insufficient_quota|credit_balance_exhausted|_limit_exceeded$|billing|arrearage|accountoverdue/i) },
  { class: 'refused_output', action: 'fail', matches: (f) => has(f, /^output(image|video|text)?(sensitivecontent|riskdetect)/i) },
  { class: 'refused_input', action: 'fail', matches: (f) => has(f, /content_filter|content_policy|invalid_prompt|responsibleai|sensitivecontent|datainspection|data_inspection/i) },
  { class: 'context_length', action: 'fail', matches: (f) => has(f, /context_length/i) || (f.status === 400 && says(f, /maximum context length|input length|too many tokens/i)) },
  { class: 'bad_media', action: 'fail', matches: (f) => has(f, /invalid_image|image_(too_large|parse)|invalidimage/i) || (f.status === 400 && says(f, /\b(image|picture)\b.*\b(invalid|decode|download|too large|unsupported)/i)) },
  { class: 'model_gone', action: 'stop', matches: (f) => f.status === 404 || has(f, /model_not_found|invalidendpoint|modelnotopen/i) },
  { class: 'provider_error', action: 'retry', matches: (f) => f.status === 429 && isArk(f) && has(f, /overload/i) },
  { class: 'rate_limited', action: 'wait', defaultWaitMs: 60_000, matches: (f) => f.status === 429 && isArk(f) },
  { class: 'rate_limited', action: 'wait', defaultWaitMs: 5_000, matches: ({ status }) => status === 429 },
  { class: 'auth', action: 'stop', matches: ({ status }) => status === 403 },
  { class: 'provider_error', action: 'retry', matches: ({ status }) => status !== null && (status >= 500 || [408, 409, 425].includes(status)) },
  { class: 'invalid_request', action: 'fail', matches: ({ status }) => status !== null && status >= 400 },
  { class: 'unclassified', action: 'retry', maxRetries: 2, matches: () => true },
];

/** Decides what a failed request means: its class, and whether to retry, wait, fail the item or stop the run. */
export function classifyFailure(signal: FailureSignal): ClassifiedFailure {
  const facts = { ...signal, ...readError(signal.bodyText) };
  const row = table.find((candidate) => candidate.matches(facts))!;
  const wait = row.action === 'wait' || row.action === 'retry' ? retryAfterMs(signal.headers) : null;
  const delay = wait ?? row.defaultWaitMs;
  return {
    class: row.class,
    action: row.action,
    message: describe(signal, facts.code),
    ...(row.maxRetries !== undefined && { maxRetries: row.maxRetries }),
    ...(delay !== undefined && { retryAfterMs: delay }),
  };
}

function describe({ provider, status, transport }: FailureSignal, code: string): string {
  if (transport !== null) {
    const what = { connect: 'the connection failed', dns: 'its name was not found', timeout: 'no reply within the deadline', cut: 'the reply broke off' };
    return `${provider}: ${what[transport]}`;
  }
  const plainCode = /^[\w.-]{1,60}$/.test(code) ? ` (${code})` : '';
  return `${provider} replied with status ${status}${plainCode}`;
}

/** The error's code (or type) and message, wherever the provider put them. */
function readError(bodyText: string | null): { code: string; text: string } {
  try {
    const body = JSON.parse(bodyText ?? '') as Record<string, unknown>;
    const error = (typeof body['error'] === 'object' && body['error'] !== null ? body['error'] : body) as Record<string, unknown>;
    const inner = error['innererror'] as Record<string, unknown> | undefined;
    const codes = [error['code'], error['type'], inner?.['code']].filter((code) => typeof code === 'string');
    return { code: codes[0] ?? '', text: typeof error['message'] === 'string' ? error['message'] : '' };
  } catch {
    return { code: '', text: '' };
  }
}
