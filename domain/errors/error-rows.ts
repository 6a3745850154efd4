import { contentErrorRows } from './content-error-rows.ts';
import type { ErrorRow, PauseRule } from './error-row.ts';
import type { Provider } from '../run-spec.ts';

/** Providers that mean "out of money" by `insufficient_quota`; elsewhere it is a throttle. */
const quotaMeansMoney: readonly Provider[] = ['openai', 'azure', 'simulated'];
/** Providers that speak Ark's codes. */
const arkCodes: readonly Provider[] = ['ark', 'simulated'];

const anyRefusal = [{ from: 400, to: 500 }] as const;
const noMoney = 'the account has no money left';
const checkKey = 'check the API key';
const whenMostFail: PauseRule = { when: 'most-fail' };

/** No whole reply. */
const transportRows: readonly ErrorRow[] = [
  {
    row: 3,
    class: 'timeout',
    action: 'retry',
    maxRetries: 2,
    transport: ['timeout'],
    hasHeaders: false,
  },
  {
    row: 4,
    class: 'timeout',
    action: 'retry',
    maxRetries: 2,
    transport: ['timeout', 'cut'],
    hasHeaders: true,
  },
  {
    row: 1,
    class: 'connection',
    action: 'retry',
    backoff: { firstMs: 1000, mostMs: 60_000 },
    pause: whenMostFail,
    transport: ['connect', 'cut'],
  },
  {
    row: 2,
    class: 'connection',
    action: 'wait',
    waitMs: 30_000,
    pause: { when: 'at-once' },
    stopsWhen: 'first-call',
    transport: ['dns', 'tls'],
    hint: 'check the base URL',
  },
];

/** Money and keys: nothing but a person mends these. */
const accountRows: readonly ErrorRow[] = [
  {
    row: 9,
    class: 'quota',
    action: 'stop',
    code: /^(credit_balance_exhausted|billing_(hard_)?limit_reached|billing_not_active|(\w+_)?(spend|spending|billing|credit|budget)_limit_exceeded)$/,
    hint: noMoney,
  },
  {
    row: 9,
    class: 'quota',
    action: 'stop',
    code: /^insufficient_quota$/,
    providers: quotaMeansMoney,
    hint: noMoney,
  },
  { row: 9, class: 'quota', action: 'stop', status: [402], hint: noMoney },
  {
    row: 11,
    class: 'quota',
    action: 'stop',
    code: /^(arrearage|accountoverdueerror|allocationquota\.freetieronly|free_?tier_?(exhausted|only))$/,
    hint: 'the account is overdue or its free share is used up',
  },
  {
    row: 11,
    class: 'quota',
    action: 'stop',
    code: /^(quotaexceeded|setlimitexceeded)$/,
    providers: arkCodes,
    hint: 'the free share of this model is used up; open the paid service',
  },
  {
    // Once more, because keys rotate.
    row: 14,
    class: 'auth',
    action: 'retry',
    maxRetries: 1,
    afterwards: 'stop',
    waitMs: 1000,
    status: [401],
    hint: checkKey,
  },
  {
    row: 14,
    class: 'auth',
    action: 'retry',
    maxRetries: 1,
    afterwards: 'stop',
    waitMs: 1000,
    code: /^(invalid_?api_?key|authenticationerror)$/,
    hint: checkKey,
  },
];

/** Too much at once. */
const throttleRows: readonly ErrorRow[] = [
  {
    row: 13,
    class: 'provider_error',
    action: 'retry',
    backoff: { firstMs: 2000, mostMs: 120_000 },
    pause: whenMostFail,
    status: [429],
    code: /overload/,
  },
  {
    row: 12,
    class: 'rate_limited',
    action: 'wait',
    waitMs: 60_000,
    status: [429],
    code: /^(ratelimitexceeded\.|(model)?account\w*ratelimitexceeded)/,
    providers: arkCodes,
  },
  {
    row: 10,
    class: 'rate_limited',
    action: 'wait',
    waitMs: 60_000,
    pause: { when: 'unchanged', forMs: 15 * 60_000 },
    status: [429],
    code: /^(throttling(\.|$)|insufficient_quota$|limit_requests$|limit_burst_rate$)/,
    hint: 'the limits of the account are used up; ask for higher ones if this lasts',
  },
  {
    row: 8,
    class: 'rate_limited',
    action: 'wait',
    waitMs: 60_000,
    slowsGrowth: true,
    status: [429, 503],
    code: /^slow_down$/,
  },
  {
    row: 6,
    class: 'rate_limited',
    action: 'wait',
    status: [429],
    waitHeader: /^retry-after(-ms)?$/,
  },
  // Without any hint of a time too.
  { row: 7, class: 'rate_limited', action: 'wait', waitMs: 10_000, status: [429] },
];

/** The model behind the address. */
const modelRows: readonly ErrorRow[] = [
  {
    // An endpoint that was closed may be opened again; a name that never was will not be.
    row: 16,
    class: 'model_gone',
    action: 'wait',
    waitMs: 30_000,
    pause: { when: 'at-once', stopAfterMs: 15 * 60_000 },
    status: anyRefusal,
    code: /^invalidendpoint\.closedendpoint$/,
    hint: 'open the endpoint again',
  },
  {
    row: 16,
    class: 'model_gone',
    action: 'stop',
    status: [400, 404, 410],
    code: /^(model_not_found|modelnotfound|modelnotopen|model_not_open|deploymentnotfound|operationnotsupported|invalidendpoint|invalidendpointormodel)(\.|$)/,
    hint: 'check the model name and whether the account may use it',
  },
];

/** By status alone. */
const statusRows: readonly ErrorRow[] = [
  {
    row: 16,
    class: 'model_gone',
    action: 'stop',
    status: [404, 410],
    hint: 'check the base URL and the model name',
  },
  {
    // Once more; then it is the item's own, unless nothing else comes back either.
    row: 15,
    class: 'auth',
    action: 'retry',
    maxRetries: 1,
    waitMs: 1000,
    stopsWhen: 'every-call',
    status: [403],
    hint: 'the key may not use this model or region',
  },
  { row: 5, class: 'provider_error', action: 'retry', status: [408, 409, 425] },
  {
    row: 13,
    class: 'provider_error',
    action: 'retry',
    backoff: { firstMs: 2000, mostMs: 120_000 },
    pause: whenMostFail,
    status: [{ from: 500, to: 600 }],
  },
  {
    row: 23,
    class: 'invalid_request',
    action: 'fail',
    stopsWhen: 'early-calls',
    status: [400],
  },
  { row: 25, class: 'invalid_request', action: 'fail', status: [413, 422] },
];

/** What fits no other row. */
export const unknownFailure: ErrorRow = {
  row: 29,
  class: 'unclassified',
  action: 'retry',
  maxRetries: 2,
  pause: { when: 'share', above: 0.01 },
};

/**
 * The error table, in the order of trial. Codes come before statuses and statuses before wording,
 * because one wording means opposite things with different providers. A new family of providers
 * adds rows of its own above the general ones. Rows 20 to 22 are found in the envelope of a reply,
 * row 26 by `classifyPictureAddress`, rows 27 and 28 by `classifyStorage`.
 */
export const errorRows: readonly ErrorRow[] = [
  ...transportRows,
  ...accountRows,
  ...throttleRows,
  ...modelRows,
  ...contentErrorRows,
  ...statusRows,
];
