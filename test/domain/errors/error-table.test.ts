import { describe, expect, it } from 'vitest';
import { classifyFailure, type FailureSignal } from '../../../domain/errors/error-table.ts';

const refusal = (
  provider: FailureSignal['provider'],
  status: number,
  error: Record<string, unknown> | string | null = null,
  headers: Record<string, string> = {},
): FailureSignal => ({
  provider,
  status,
  headers,
  bodyText: typeof error === 'string' ? error : JSON.stringify(error === null ? {} : { error }),
  transport: null,
});
const broken = (
  transport: NonNullable<FailureSignal['transport']>,
  status: number | null = null,
): FailureSignal => ({ provider: 'openai', status, headers: {}, bodyText: null, transport });

/** [row of the reference table, what happened, the signal, class, action]. */
const cases: readonly (readonly [string, FailureSignal, string, string])[] = [
  ['1 connection refused', broken('connect'), 'connection', 'retry'],
  ['1 connection reset', broken('cut'), 'connection', 'retry'],
  ['2 unknown host', broken('dns'), 'connection', 'wait'],
  ['2 certificate', broken('tls'), 'connection', 'wait'],
  ['3 no headers in time', broken('timeout'), 'timeout', 'retry'],
  ['4 body stalled', broken('timeout', 200), 'timeout', 'retry'],
  ['4 body cut', broken('cut', 200), 'timeout', 'retry'],
  ['13 body of a 500 cut', broken('cut', 500), 'provider_error', 'retry'],
  ['5 request timeout', refusal('openai', 408), 'provider_error', 'retry'],
  ['5 conflict', refusal('openai', 409), 'provider_error', 'retry'],
  ['5 too early', refusal('openai', 425), 'provider_error', 'retry'],
  ['6 rate limit', refusal('openai', 429, { code: 'rate_limit_exceeded' }), 'rate_limited', 'wait'],
  [
    '6 rate limit, simulated',
    refusal('simulated', 429, { code: 'rate_limit_exceeded', type: 'requests' }),
    'rate_limited',
    'wait',
  ],
  [
    '7 rate limit without a code',
    refusal('openai-compatible', 429, 'slow'),
    'rate_limited',
    'wait',
  ],
  ['8 slow down', refusal('openai', 429, { code: 'slow_down' }), 'rate_limited', 'wait'],
  ['8 slow down as 503', refusal('openai', 503, { code: 'slow_down' }), 'rate_limited', 'wait'],
  [
    '9 out of money',
    refusal('openai', 429, { type: 'insufficient_quota', code: 'insufficient_quota' }),
    'quota',
    'stop',
  ],
  [
    '9 out of credit',
    refusal('openai-compatible', 429, { code: 'credit_balance_exhausted' }),
    'quota',
    'stop',
  ],
  [
    '9 spend limit',
    refusal('openai', 429, { code: 'project_spend_limit_exceeded' }),
    'quota',
    'stop',
  ],
  [
    '9 payment required',
    refusal('openai-compatible', 402, { message: 'Insufficient Balance' }),
    'quota',
    'stop',
  ],
  [
    '10 the same word as a throttle',
    refusal('openai-compatible', 429, {
      code: 'insufficient_quota',
      message: 'You exceeded your current quota',
    }),
    'rate_limited',
    'wait',
  ],
  [
    '10 throttling',
    refusal('openai-compatible', 429, { code: 'Throttling.AllocationQuota' }),
    'rate_limited',
    'wait',
  ],
  ['11 overdue account', refusal('ark', 403, { code: 'AccountOverdueError' }), 'quota', 'stop'],
  [
    '11 arrears with status 400',
    refusal('openai-compatible', 400, { code: 'Arrearage' }),
    'quota',
    'stop',
  ],
  [
    '12 endpoint limit',
    refusal('ark', 429, { code: 'RateLimitExceeded.EndpointRPMExceeded' }),
    'rate_limited',
    'wait',
  ],
  ['13 overloaded', refusal('ark', 429, { code: 'ServerOverloaded' }), 'provider_error', 'retry'],
  [
    '13 internal error',
    refusal('openai', 500, { type: 'server_error' }),
    'provider_error',
    'retry',
  ],
  [
    '13 bad gateway with markup',
    refusal('openai', 502, '<html>502</html>'),
    'provider_error',
    'retry',
  ],
  ['13 overloaded gateway', refusal('openai-compatible', 529), 'provider_error', 'retry'],
  ['14 key refused', refusal('openai', 401, { code: 'invalid_api_key' }), 'auth', 'retry'],
  ['14 key refused by Ark', refusal('ark', 401, { code: 'AuthenticationError' }), 'auth', 'retry'],
  ['15 forbidden', refusal('openai', 403), 'auth', 'retry'],
  ['16 no such model', refusal('openai', 404, { code: 'model_not_found' }), 'model_gone', 'stop'],
  [
    '16 closed endpoint',
    refusal('ark', 400, { code: 'InvalidEndpoint.ClosedEndpoint' }),
    'model_gone',
    'wait',
  ],
  [
    '16 wrong path',
    refusal('openai-compatible', 404, { detail: 'Not Found' }),
    'model_gone',
    'stop',
  ],
  [
    '17 too long',
    refusal('openai', 400, { code: 'context_length_exceeded' }),
    'context_length',
    'fail',
  ],
  [
    '17 too long in words',
    refusal('openai-compatible', 400, {
      object: 'error',
      message: "This model's maximum context length is 8192 tokens",
    }),
    'context_length',
    'fail',
  ],
  [
    '17 too long, vLLM body',
    refusal(
      'openai-compatible',
      400,
      JSON.stringify({ object: 'error', message: 'maximum context length is 8192', code: 400 }),
    ),
    'context_length',
    'fail',
  ],
  [
    '18 content filter',
    refusal('openai', 400, { code: 'content_filter' }),
    'refused_input',
    'fail',
  ],
  [
    '18 content policy',
    refusal('openai', 400, { code: 'content_policy_violation' }),
    'refused_input',
    'fail',
  ],
  [
    '18 inner error',
    refusal('openai', 400, { code: 'bad', innererror: { code: 'ResponsibleAIPolicyViolation' } }),
    'refused_input',
    'fail',
  ],
  [
    '19 sensitive input',
    refusal('ark', 400, { code: 'InputTextSensitiveContentDetected' }),
    'refused_input',
    'fail',
  ],
  [
    '19 sensitive input picture',
    refusal('ark', 400, { code: 'InputImageSensitiveContentDetected.PolicyViolation' }),
    'refused_input',
    'fail',
  ],
  [
    '19 sensitive output',
    refusal('ark', 400, { code: 'OutputImageSensitiveContentDetected' }),
    'refused_output',
    'fail',
  ],
  [
    '19 data inspection',
    refusal('openai-compatible', 400, { code: 'data_inspection_failed' }),
    'refused_input',
    'fail',
  ],
  [
    '23 invalid parameter',
    refusal('openai', 400, { type: 'invalid_request_error' }),
    'invalid_request',
    'fail',
  ],
  [
    '24 unreadable picture',
    refusal('simulated', 400, { code: 'invalid_image' }),
    'bad_media',
    'fail',
  ],
  [
    '24 unreadable picture in words',
    refusal('openai-compatible', 400, { message: 'cannot identify image file' }),
    'bad_media',
    'fail',
  ],
  [
    '24 too many pictures',
    refusal('openai-compatible', 400, { message: 'At most 5 images; too many images were given' }),
    'bad_media',
    'fail',
  ],
  ['25 too large', refusal('openai', 413), 'invalid_request', 'fail'],
  ['25 unprocessable', refusal('openai', 422, { detail: 'nope' }), 'invalid_request', 'fail'],
  ['29 an odd status', refusal('openai', 302), 'unclassified', 'retry'],
];

describe('classifyFailure', () => {
  it.each(cases)('D12: row %s', (_, signal, failureClass, action) => {
    expect(classifyFailure(signal)).toMatchObject({ class: failureClass, action });
  });

  it('bounds the retries where repeating costs money or is unlikely to help', () => {
    expect(classifyFailure(broken('timeout')).maxRetries).toBe(2);
    expect(classifyFailure(broken('cut', 200)).maxRetries).toBe(2);
    expect(classifyFailure(refusal('openai', 302)).maxRetries).toBe(2);
    expect(classifyFailure(broken('connect')).maxRetries).toBeUndefined();
  });

  it.each([
    ['openai', { code: 'invalid_image' }, 're-encode'],
    ['openai', { code: 'image_too_large' }, 're-encode'],
    ['openai-compatible', { message: 'At most 8 image(s) may be provided' }, 're-encode'],
    ['openai', { code: 'invalid_image_url', message: 'Error while downloading it' }, undefined],
    ['dashscope', { message: 'Failed to download multimodal content' }, undefined],
    ['ark', { code: 'OutputImageSensitiveContentDetected' }, 'redraw'],
    ['ark', { code: 'InputImageSensitiveContentDetected' }, undefined],
    ['openai', { code: 'context_length_exceeded' }, 'fewer-frames'],
    ['openai', { code: 'string_above_max_length' }, undefined],
    ['openai', { type: 'invalid_request_error' }, undefined],
  ] as const)('says how %s %j may be changed to pass: %s', (provider, error, remedy) => {
    expect(classifyFailure(refusal(provider, 400, error)).remedy).toBe(remedy);
  });

  it('stops the run for a refused key after it was tried once more', () => {
    expect(classifyFailure(refusal('openai', 401))).toMatchObject({
      action: 'retry',
      maxRetries: 1,
      afterwards: 'stop',
    });
  });

  it('D12: waits as long as the provider asks, also for a server error', () => {
    const headers = { 'retry-after': '7' };

    expect(classifyFailure(refusal('openai', 429, null, headers)).retryAfterMs).toBe(7000);
    expect(classifyFailure(refusal('openai', 503, null, headers)).retryAfterMs).toBe(7000);
    expect(classifyFailure(refusal('openai', 400, null, headers)).retryAfterMs).toBeUndefined();
  });

  it('waits a minute for limits per minute that name no time', () => {
    const signal = refusal('ark', 429, { code: 'RateLimitExceeded.EndpointTPMExceeded' });

    expect(classifyFailure(signal).retryAfterMs).toBe(60_000);
  });

  it('D13: names status, code and parameter, and never what the provider wrote', () => {
    const secret = 'sk-canary What is the man holding?';
    const signal = refusal('openai', 400, {
      code: 'invalid_value',
      type: 'invalid_request_error',
      param: 'max_tokens',
      message: secret,
    });

    const { message } = classifyFailure(signal);

    expect(message).toBe('openai replied with status 400 (invalid_value, parameter max_tokens)');
    const hostile = refusal('openai', 400, { code: secret, param: secret, message: secret });
    expect(classifyFailure(hostile).message).not.toContain('canary');
  });

  it.each([
    '',
    'null',
    '[]',
    '"text"',
    '{"error": null}',
    '{"error": []}',
    '{"error": 5}',
    '\u0000',
  ])('reads the body %j without throwing', (bodyText) => {
    const signal = { ...refusal('openai', 400), bodyText };

    expect(classifyFailure(signal).class).toBe('invalid_request');
  });
});
