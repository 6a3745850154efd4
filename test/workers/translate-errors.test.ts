import { describe, expect, it } from 'vitest';
import { BudgetRefusal } from '../../domain/money/budget-gate.ts';
import { StepError } from '../../domain/errors/step-error.ts';
import { toFailure } from '../../workers/translate-errors.ts';

const about = { activityType: 'answerQuestion', attempt: 1 };

describe('toFailure', () => {
  it('B15, D12: a wait that the provider asked for becomes the next retry delay, whatever the attempt', () => {
    const failure = toFailure(
      new StepError('rate_limited', 'wait', 'The account is asked to slow down', {
        retryAfterMs: 7000,
      }),
      { ...about, attempt: 40 },
    );

    expect(failure).toMatchObject({
      type: 'rate_limited',
      nonRetryable: false,
      nextRetryDelay: 7000,
    });
  });

  it('D12: a retry without advice backs off from 1 s to 60 s, with jitter', () => {
    const error = new StepError('provider_error', 'retry', '500');

    expect(toFailure(error, about, 0.5).nextRetryDelay).toBe(1000);
    expect(toFailure(error, { ...about, attempt: 4 }, 0.5).nextRetryDelay).toBe(8000);
    expect(toFailure(error, { ...about, attempt: 20 }, 0).nextRetryDelay).toBe(30_000);
    expect(toFailure(error, { ...about, attempt: 20 }, 1).nextRetryDelay).toBe(90_000);
  });

  it('a spent budget is no failure of the item: its own type, never tried again', () => {
    const failure = toFailure(new BudgetRefusal(null, false), about);

    expect(failure).toMatchObject({ type: 'budget', nonRetryable: true });
  });

  it('a failure for good is not retried, names its step, and carries no stack and no cause', () => {
    const failure = toFailure(
      new StepError('refused_input', 'fail', 'x'.repeat(500), {
        attempts: 3,
        cause: new Error('secret'),
      }),
      { activityType: 'generateImage', attempt: 1 },
    );

    expect(failure.nonRetryable).toBe(true);
    expect(failure.details).toEqual([
      { class: 'refused_input', step: 'generate', attempts: 3, stopsRun: false },
    ]);
    expect(failure.message).toHaveLength(300);
    expect(failure.stack).toBe('');
    expect(failure.cause).toBeUndefined();
  });

  it('a surprise is tried three times and tells nothing of its message', () => {
    const surprise = new TypeError('the question was: ...');

    expect(toFailure(surprise, about)).toMatchObject({ type: 'unclassified', nonRetryable: false });
    expect(toFailure(surprise, { ...about, attempt: 3 }).nonRetryable).toBe(true);
    expect(toFailure(surprise, about).message).not.toContain('question');
  });

  it('a surprise in the bookkeeping of a drive is retried until it works', () => {
    expect(
      toFailure(new Error('x'), { activityType: 'recordOutcomes', attempt: 30 }).nonRetryable,
    ).toBe(false);
  });
});
