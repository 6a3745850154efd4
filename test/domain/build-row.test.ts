import { describe, expect, it } from 'vitest';
import { buildRow, type RowParts } from '../../domain/build-row.ts';
import type { Remedy } from '../../domain/errors/remedy.ts';
import { rowSchema } from '../../domain/row-schema.ts';
import { noUsage } from '../../domain/money/usage.ts';
import {
  answerRecord,
  itemEnd,
  pictureRecord,
  planRecord,
  sampleItem,
  sampleSpec,
  stepRecord,
} from '../results/sample-run.ts';

const row = (changes: Partial<RowParts>) =>
  buildRow({
    spec: sampleSpec(),
    item: sampleItem('q1'),
    end: itemEnd('answered'),
    drive: 1,
    workflowId: 'eval/sample-1/i/q1',
    steps: [planRecord(['a circle']), pictureRecord(0), answerRecord('B')],
    finishedAt: '2026-01-01T00:00:09.000Z',
    ...changes,
  });

describe('buildRow', () => {
  it('writes the published format', () => {
    const built = row({});

    expect(rowSchema.parse(structuredClone(built))).toEqual(built);
    expect(built).toMatchObject({ outcome: 'answered', answer: 'B', correct: true, drive: 1 });
    expect(built.models).toEqual({
      answer: 'qwen/qwen-vl',
      plan: 'planner',
      image: 'painter',
      embedding: 'tiny-siglip',
    });
  });

  it.each([
    ['B', 'b ', true],
    [' b', 'B', true],
    ['A', 'B', false],
  ])('B12: answer %j against gold %j is correct: %s', (answer, gold, correct) => {
    const built = row({ item: sampleItem('q1', { gold }), steps: [answerRecord(answer)] });

    expect(built.correct).toBe(correct);
    expect(built.scores['exact']).toMatchObject({ value: Number(correct), state: 'scored' });
  });

  it.each([
    ['multiple-choice', {}],
    ['open-ended', { options: [] }],
    ['caption', { options: [], task: 'caption' as const }],
  ])('says that the item asks for %s, and from which data set it is', (task, changes) => {
    const built = row({ item: sampleItem('q1', changes) });

    expect(rowSchema.parse(structuredClone(built))).toEqual(built);
    expect(built).toMatchObject({ task, dataset: 'sample' });
  });

  it('answers a caption with its text, and never scores it', () => {
    const item = sampleItem('q1', { options: [], task: 'caption', gold: 'A cat.' });
    const built = row({ item, steps: [answerRecord('A cat sleeps.\nIt wakes up.')] });

    expect(built).toMatchObject({
      outcome: 'answered',
      answer: 'A cat sleeps.\nIt wakes up.',
      correct: null,
    });
  });

  it('names the models that a blind run asks alone', () => {
    const blind = row({ spec: sampleSpec('blind'), steps: [answerRecord('B')] });

    expect(blind.models).toEqual({ answer: 'qwen/qwen-vl' });
  });

  it('has no step of negative length where the clock was set back', () => {
    const built = row({ steps: [answerRecord('B', { startedAt: 9000, finishedAt: 2000 })] });

    expect(built.steps).toMatchObject([{ step: 'answer', duration_ms: 0 }]);
  });

  it('says what a search by text asked for', () => {
    const textQuery = { text: 'What happens?', truncated: true };
    const retrieval = { retrieved: [], chosen: [], modelHash: 'm', textQuery };
    const built = row({
      steps: [stepRecord('embed-retrieve', { result: retrieval }), answerRecord('B')],
    });

    expect(built.text_query).toEqual(textQuery);
    expect(row({}).text_query).toBeNull();
  });

  it('D11: gives correctness only to answered items', () => {
    const failure = { class: 'timeout', step: 'answer', message: 'late', attempts: 3 } as const;
    const failed = row({ end: itemEnd('failed', { failure }) });
    const unparsed = row({ end: itemEnd('unparsed'), steps: [answerRecord(null)] });
    const cancelled = row({ end: itemEnd('cancelled') });

    for (const built of [failed, unparsed, cancelled]) {
      expect(built).toMatchObject({ answer: null, correct: null });
      expect(built.scores['exact']).toMatchObject({ value: null, state: 'unscored' });
    }
    expect(failed.failure).toEqual(failure);
    expect(unparsed.reply_artifact).not.toBeNull();
  });

  it('takes a letter that is no option as unparsed, whatever the workflow said', () => {
    expect(row({ steps: [answerRecord('E')] })).toMatchObject({
      outcome: 'unparsed',
      answer: null,
    });
    expect(row({ steps: [answerRecord(null)] }).outcome).toBe('unparsed');
  });

  it('does not take an item whose answer is lost as answered', () => {
    const built = row({ steps: [planRecord(['a circle'])] });

    expect(built).toMatchObject({
      outcome: 'failed',
      failure: { class: 'storage', step: 'answer' },
    });
  });

  it('leaves open-ended answers unscored', () => {
    const item = sampleItem('q1', { options: [], gold: 'a red car' });

    const built = row({ item, steps: [answerRecord('a red car')] });

    expect(built).toMatchObject({ outcome: 'answered', answer: 'a red car', correct: null });
  });

  it('marks an item degraded when a reference frame stood in, but not in the control', () => {
    const steps = [planRecord(['a', 'b']), pictureRecord(0), pictureRecord(1, 'reference')];

    expect(row({ steps: [...steps, answerRecord('B')] }).degraded).toBe(true);
    expect(
      row({ steps: [...steps, answerRecord('B')], spec: sampleSpec('unedited-reference') })
        .degraded,
    ).toBe(false);
  });

  it('keeps generated pictures beside what was planned, so a gap ends them', () => {
    const failed = pictureRecord(1, 'generated', { state: 'failed', usable: false, result: null });
    const steps = [planRecord(['a', 'b', 'c']), pictureRecord(0), failed, pictureRecord(2)];

    expect(row({ steps, end: itemEnd('failed') }).generated).toHaveLength(1);
  });

  it('takes usable results of earlier drives and pays them once', () => {
    const steps = [
      planRecord(['a']),
      pictureRecord(0, 'generated', { state: 'failed', usable: false, result: null }),
      pictureRecord(0, 'generated', { drive: 2 }),
      answerRecord('B', { drive: 2 }),
    ];

    const built = row({ steps, drive: 2 });

    expect(built).toMatchObject({ drive: 2, answer: 'B', planned: [{ prompt: 'a' }] });
    expect(built.usage).toMatchObject({ calls: 4, paid_usd: 0.04 });
  });

  it('does not show the unparsed reply of an earlier drive as this one', () => {
    const steps = [
      answerRecord(null),
      stepRecord('answer', { drive: 2, state: 'failed', usable: false }),
    ];

    expect(row({ steps, drive: 2, end: itemEnd('failed') }).reply_artifact).toBeNull();
  });

  it('leaves out what a later drive has begun', () => {
    const steps = [answerRecord('B'), answerRecord('A', { drive: 2 })];

    expect(row({ steps }).answer).toBe('B');
  });

  it('adds up the parts of a step and keeps the highest attempt', () => {
    const steps = [
      pictureRecord(0, 'generated', { attempts: 4, waitedMs: 300 }),
      pictureRecord(1, 'generated', { attempts: 2, waitedMs: 200 }),
    ];

    expect(row({ steps, end: itemEnd('cancelled') }).steps).toEqual([
      {
        step: 'generate',
        started_at: '2026-01-01T00:00:00.000Z',
        duration_ms: 4000,
        attempts: 4,
        waited_ms: 500,
      },
    ]);
  });

  it('says how refused requests of a step were changed, each way once, failed parts included', () => {
    const tried = (part: number, ...remedies: Remedy[]) =>
      pictureRecord(part, 'generated', { state: 'failed', usable: false, result: { remedies } });
    const steps = [
      planRecord(['a', 'b', 'c']),
      tried(0, 're-encode'),
      tried(1, 're-encode', 'redraw'),
      pictureRecord(2),
    ];

    const built = row({ steps, end: itemEnd('failed') });

    expect(built.steps.map(({ remedies }) => remedies)).toEqual([
      undefined,
      ['re-encode', 'redraw'],
    ]);
    expect(rowSchema.parse(structuredClone(built))).toEqual(built);
  });

  it('has no money where a call had no price', () => {
    const unpriced = { ...noUsage, calls: 1, paid_usd: null, list_usd: null };
    const steps = [planRecord(['a']), answerRecord('B', { usage: unpriced })];

    expect(row({ steps }).usage).toMatchObject({ calls: 2, paid_usd: null, list_usd: null });
  });
});
