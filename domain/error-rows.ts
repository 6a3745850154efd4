import type { FailureClass } from './outcome.ts';
import type { Provider } from './run-spec.ts';
import type { FailureAction } from './step-error.ts';
import type { TransportKind } from './transport-error.ts';

/** One row of the error table: it fits when everything it names fits. */
export type ErrorRow = {
  readonly class: FailureClass;
  readonly action: FailureAction;
  /** Retries that make sense, where fewer than the configured attempts. */
  readonly maxRetries?: number;
  /** What follows then. @default 'fail' */
  readonly afterwards?: 'fail' | 'stop';
  /** Wait when the provider names no time. */
  readonly waitMs?: number;
  /** What a person can do. */
  readonly hint?: string;
  /** Missing = every provider. */
  readonly providers?: readonly Provider[];
  /** Missing = only where a whole reply, or a refusal, arrived. */
  readonly transport?: readonly TransportKind[];
  readonly hasHeaders?: boolean;
  /** Statuses, or half-open ranges of them. */
  readonly status?: readonly (number | { readonly from: number; readonly to: number })[];
  /** Fits any of the error's codes and types, in lower case. */
  readonly code?: RegExp;
  /** Fits the error's wording: only where providers send no code. */
  readonly wording?: RegExp;
};

/** Providers that mean "out of money" by `insufficient_quota`; elsewhere it is a throttle. */
const quotaMeansMoney: readonly Provider[] = ['openai', 'simulated'];
/** Providers that speak Ark's codes. */
const arkCodes: readonly Provider[] = ['ark', 'simulated'];

const anyRefusal = [{ from: 400, to: 500 }] as const;

/**
 * The error table, in the order of trial. Codes come before statuses and statuses before wording,
 * because one wording means opposite things with different providers. A new family of providers
 * adds rows of its own above the general ones.
 */
export const errorRows: readonly ErrorRow[] = [
  // No whole reply.
  { class: 'timeout', action: 'retry', maxRetries: 2, transport: ['timeout'] },
  { class: 'timeout', action: 'retry', maxRetries: 2, transport: ['cut'], hasHeaders: true },
  { class: 'connection', action: 'retry', transport: ['connect', 'cut'] },
  {
    class: 'connection',
    action: 'wait',
    waitMs: 30_000,
    transport: ['dns', 'tls'],
    hint: 'check the base URL',
  },

  // Account: money, key, rights. Nothing but a person mends these.
  {
    class: 'quota',
    action: 'stop',
    code: /^(credit_balance_exhausted|billing_(hard_)?limit_reached|billing_not_active|(project|organization|account)_(spend|spending|billing)_limit_exceeded|arrearage|accountoverdueerror)$/,
    hint: 'the account has no money left',
  },
  {
    class: 'quota',
    action: 'stop',
    code: /^insufficient_quota$/,
    providers: quotaMeansMoney,
    hint: 'the account has no money left',
  },
  { class: 'quota', action: 'stop', status: [402], hint: 'the account has no money left' },
  {
    // Once more, because keys rotate.
    class: 'auth',
    action: 'retry',
    maxRetries: 1,
    afterwards: 'stop',
    waitMs: 1000,
    status: [401],
    hint: 'check the API key',
  },
  {
    class: 'auth',
    action: 'retry',
    maxRetries: 1,
    afterwards: 'stop',
    waitMs: 1000,
    code: /^(invalid_?api_?key|authenticationerror)$/,
    hint: 'check the API key',
  },

  // Throttles.
  {
    class: 'provider_error',
    action: 'retry',
    status: [429],
    code: /overload/,
    providers: arkCodes,
  },
  {
    class: 'rate_limited',
    action: 'wait',
    waitMs: 60_000,
    status: [429],
    code: /^ratelimitexceeded\./,
    providers: arkCodes,
  },
  {
    class: 'rate_limited',
    action: 'wait',
    waitMs: 60_000,
    status: [429],
    code: /^(throttling|insufficient_quota$|limit_requests$|slow_down$)/,
  },
  { class: 'rate_limited', action: 'wait', waitMs: 10_000, status: [429] },
  {
    class: 'rate_limited',
    action: 'wait',
    waitMs: 60_000,
    status: [503],
    code: /^slow_down$/,
  },

  // The model.
  {
    class: 'model_gone',
    action: 'stop',
    status: anyRefusal,
    code: /^(model_not_found|modelnotopen|model_not_open|invalidendpoint|invalidendpointormodel)(\.|$)/,
    hint: 'check the model name and whether the account may use it',
  },

  // This item's content. The output of an image model is drawn anew each time: once more.
  {
    class: 'refused_output',
    action: 'retry',
    maxRetries: 1,
    status: anyRefusal,
    code: /^output(image|video|text)(sensitivecontent|risk)/,
  },
  {
    class: 'refused_input',
    action: 'fail',
    status: anyRefusal,
    code: /^(content_filter|content_policy_violation|moderation_blocked|invalid_prompt|responsibleaipolicyviolation|(input(text|image|video))?(sensitivecontent|risk)detect.*|data_?inspection_?failed)/,
  },
  {
    class: 'context_length',
    action: 'fail',
    status: anyRefusal,
    code: /^(context_length_exceeded|string_above_max_length)$/,
    hint: 'show fewer or smaller frames',
  },
  {
    class: 'context_length',
    action: 'fail',
    status: [400, 413, 422],
    wording:
      /maximum context length|context window|input length|prompt is too long|too many tokens/i,
    hint: 'show fewer or smaller frames',
  },
  {
    class: 'bad_media',
    action: 'fail',
    status: anyRefusal,
    code: /^(invalid_image|image_(too_large|parse_error)|invalid_base64_image|invalidimage|invalidparameter\.image|unsupported_image)/,
  },
  {
    class: 'bad_media',
    action: 'fail',
    status: [400, 413, 422],
    wording:
      /\b(images?|pictures?)\b.*\b(invalid|corrupt\w*|decod\w+|download\w*|too large|unsupported)\b|\b(valid|invalid|unsupported|corrupt|too many|identify)\b[^.]*\bimages?\b/i,
  },

  // By status alone.
  {
    class: 'model_gone',
    action: 'stop',
    status: [404],
    hint: 'check the base URL and the model name',
  },
  {
    class: 'auth',
    action: 'retry',
    maxRetries: 1,
    afterwards: 'stop',
    waitMs: 1000,
    status: [403],
    hint: 'the key may not use this model or region',
  },
  {
    class: 'provider_error',
    action: 'retry',
    status: [408, 409, 425, { from: 500, to: 600 }],
  },
  { class: 'invalid_request', action: 'fail', status: [{ from: 400, to: 500 }] },
];
