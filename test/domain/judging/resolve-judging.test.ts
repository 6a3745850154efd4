import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../domain/config/check-config.ts';
import { configSchema, type ConfigInput } from '../../../domain/config/config.ts';
import { resolveConfig } from '../../../domain/config/resolve-config.ts';
import { runIdentity } from '../../../domain/run-identity.ts';
import { paidModels } from '../../../domain/run-spec.ts';

const model = { provider: 'simulated', baseUrl: 'http://127.0.0.1:1/v1', model: 'm' } as const;
const plain: ConfigInput = {
  name: 'n',
  dataset: { format: 'mlvu', path: '/d.json', frames: '/f' },
  models: { answer: model },
  strategy: { name: 'uniform' },
};
type Judge = NonNullable<ConfigInput['models']['judge']>;

function judged(
  judge: Judge,
  contract: NonNullable<ConfigInput['judge']>['contract'],
): ConfigInput {
  return { ...plain, models: { ...plain.models, judge }, judge: { contract } };
}
const problemsOf = (raw: unknown) =>
  checkConfig(raw).problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
const resolved = (input: ConfigInput) =>
  resolveConfig(configSchema.parse(input), {
    promptVersion: '1',
    simulatedBaseUrl: null,
    overwrite: false,
    extractTimes: null,
  });
const idOf = (input: ConfigInput) => runIdentity(resolved(input), 'h').runId;
const judge = { ...model, model: 'judge-1' } as const;

describe('a configuration with judges', () => {
  it('takes one judge or several, one contract or several', () => {
    const one = resolved(judged(judge, 'yes-no-score')).judging;
    const two = resolved(
      judged([judge, { ...judge, model: 'judge-2' }], ['score', 'consistency']),
    ).judging;

    expect(one?.judges.map(({ judge: name }) => name)).toEqual([
      expect.stringMatching(/^judge-1@[0-9a-f]{8}$/),
    ]);
    expect(two?.judges.map(({ model: { model: name } }) => name)).toEqual(['judge-1', 'judge-2']);
    expect(two?.contracts).toEqual(['score', 'consistency']);
  });

  it('names its judges among the paid models, by the place where they stand', () => {
    const two = resolved(judged([judge, { ...judge, model: 'judge-2' }], 'yes-no-score'));

    expect(Object.keys(paidModels(two))).toEqual(['answer', 'judge.0', 'judge.1']);
    expect(Object.keys(paidModels(resolved(judged(judge, 'score'))))).toEqual(['answer', 'judge']);
  });

  it.each([
    [
      'a judge without a contract',
      { ...judged(judge, 'score'), judge: undefined },
      'judge: is missing',
    ],
    [
      'a contract without a judge',
      { ...plain, judge: { contract: 'score' } },
      'models.judge: is missing',
    ],
    ['an unknown contract', judged(judge, 'yes-no' as 'score'), 'judge.contract: must be one of'],
    ['an unknown key', judged({ ...judge, modle: 'x' } as Judge, 'score'), 'did you mean model?'],
    [
      'an unknown key in a list',
      judged([{ ...judge, maxtokens: 1 } as typeof judge], 'score'),
      'models.judge.0.maxtokens: unknown key; did you mean maxTokens?',
    ],
    [
      'a wrong value',
      judged({ ...judge, maxTokens: 0 }, 'score'),
      'models.judge.maxTokens: must be at least 1',
    ],
    ['a contract named twice', judged(judge, ['score', 'score']), 'names one contract twice'],
    ['an empty list', judged([], 'score'), 'models.judge: must'],
  ])('is refused for %s', (_, raw, message) => {
    expect(problemsOf(JSON.parse(JSON.stringify(raw))).join('\n')).toContain(message);
  });
});

describe('the identity of a judged run', () => {
  it('has each judge once, whatever its limits are', () => {
    const twice = judged([judge, { ...judge, timeoutS: 5 }], 'score');

    expect(() => resolved(twice)).toThrow(/two of them are .+@[0-9a-f]{8}/);
  });

  it('is that of the run without a judge where there is none', () => {
    expect(resolved(plain).judging).toBeUndefined();
    expect(runIdentity(resolved(plain), 'h').identity).not.toContain('judg');
  });

  it('changes with all that a judgement depends on', () => {
    const ids = [
      idOf(plain),
      idOf(judged(judge, 'yes-no-score')),
      idOf(judged({ ...judge, model: 'judge-2' }, 'yes-no-score')),
      idOf(judged({ ...judge, temperature: 0.5 }, 'yes-no-score')),
      idOf(judged({ ...judge, seed: 1 }, 'yes-no-score')),
      idOf(judged({ ...judge, identity: 'elsewhere' }, 'yes-no-score')),
      idOf(judged(judge, 'score')),
      idOf(judged(judge, ['score', 'yes-no-score'])),
    ];

    expect(new Set(ids).size).toBe(ids.length);
  });

  it('does not change with the order of judges, with limits or with prices', () => {
    const other = { ...judge, model: 'judge-2' };
    const price = { inputPerM: 1, outputPerM: 1 };

    expect(idOf(judged([judge, other], 'score'))).toBe(idOf(judged([other, judge], 'score')));
    expect(idOf(judged({ ...judge, price, concurrency: 1 }, 'score'))).toBe(
      idOf(judged(judge, 'score')),
    );
  });
});
