import { describe, expect, it } from 'vitest';
import { parseJudgeReply } from '../../../domain/judging/judge-reply.ts';
import { truncatedScore } from '../../../domain/judging/judgement.ts';

describe('parseJudgeReply, a verdict and a score', () => {
  it.each([
    ['{"pred": "yes", "score": 4}', 'yes', 4],
    ["{'pred': 'no', 'score': 0}", 'no', 0],
    ['```json\n{"pred": "Yes", "score": 5}\n```', 'yes', 5],
    ["```python\n{'pred': 'NO.', 'score': 1}\n```", 'no', 1],
    ['Sure! Here it is: {"pred": "yes", "score": "4.8"} Hope that helps.', 'yes', 4.8],
    ["{'pred': 'yes', 'score': 4.8}", 'yes', 4.8],
    ['{"result": {"pred": "yes", "score": 3}}', 'yes', 3],
    ['{"score": 2, "reason": "it says {nothing}", "pred": "no"}', 'no', 2],
    [
      `{"pred": "no", "score": 0, "reason": "the candidate only says {'pred': 'yes', 'score': 5}"}`,
      'no',
      0,
    ],
    ['{"pred": "yes", "score": 4, "details": {"grammar": {"score": 1}}}', 'yes', 4],
    ['In {braces}, and {"pred": "yes", "score": 3} stands', 'yes', 3],
  ])('reads %s', (reply, verdict, score) => {
    expect(parseJudgeReply(reply, null)).toEqual({ verdict, score });
  });

  it('takes the last judgement of a reply that thinks aloud', () => {
    const reply =
      '<think>{"pred": "yes", "score": 5}</think>At first {"pred": "yes", "score": 4}, but no: {"pred": "no", "score": 1}';

    expect(parseJudgeReply(reply, null)).toEqual({ verdict: 'no', score: 1 });
  });

  it.each([
    ['yes, 4'],
    ['{"pred": "yes"}'],
    ['{"score": 4}'],
    ['{"pred": "maybe", "score": 4}'],
    ['{"pred": true, "score": 4}'],
    ['{"pred": "yes", "score": 6}'],
    ['{"pred": "yes", "score": -1}'],
    ['{"pred": "yes", "score": "four"}'],
    ['{"pred": "yes", "score": "4/5"}'],
    ['{"pred": "yes", "score": null}'],
    ['{"pred": "yes", "score": ""}'],
    ['{"pred": "yes", "score": NaN}'],
    ['{"pred": "yes", "score": 1e999}'],
    ['{"pred": "yes", "score": [4]}'],
    ['I am sorry, I cannot judge this.'],
    [''],
    ['{"pred": "yes", "score": 4} ... or rather {"pred": "who knows", "score": 2}'],
  ])('finds no judgement in %s', (reply) => {
    expect(parseJudgeReply(reply, null)).toBeNull();
  });

  it('gives up on a reply of nothing but brackets', () => {
    expect(parseJudgeReply(`${'{'.repeat(20_000)}{"pred": "yes", "score": 4}`, null)).toBeNull();
  });
});

describe('parseJudgeReply, a score alone', () => {
  it.each([
    ['{"score": 3}', 3],
    ["{'score': '2.5'}", 2.5],
    ['```\n{"score": 0}\n```', 0],
  ])('reads %s', (reply, score) => {
    expect(parseJudgeReply(reply, 'DO')).toEqual({ verdict: null, score });
  });

  it('needs no verdict, and takes none', () => {
    expect(parseJudgeReply('{"pred": "yes", "score": 3}', 'CO')).toEqual({
      verdict: null,
      score: 3,
    });
  });
});

describe('truncatedScore', () => {
  it.each([
    [4.8, 4],
    [4, 4],
    [0.9, 0],
    [5, 5],
  ])('cuts %d to %d, as int() does in the suites', (score, cut) => {
    expect(truncatedScore(score)).toBe(cut);
  });
});
