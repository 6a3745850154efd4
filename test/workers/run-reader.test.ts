import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Stores } from '../../workers/open-stores.ts';
import { createRunReader } from '../../workers/run-reader.ts';
import { sampleSpec } from '../adapters/database/sample-run.ts';
import { openTestStores } from '../support/fakes-activity.ts';
import { createSampleRun } from '../support/fakes-item-steps.ts';

let stores: Stores;
beforeEach(async () => {
  stores = await openTestStores();
  await createSampleRun(stores);
});
afterEach(() => stores.close());

describe('createRunReader', () => {
  it('takes up a changed address while a drive is open', async () => {
    const reader = createRunReader(stores);
    const spec = sampleSpec('r1');
    expect((await reader.spec('r1')).models.answer.baseUrl).toBe(spec.models.answer.baseUrl);
    const answer = { ...spec.models.answer, baseUrl: 'http://127.0.0.1:10/v1' };

    await stores.runs.updateSpec('r1', { ...spec, models: { ...spec.models, answer } });

    await expect
      .poll(async () => (await reader.spec('r1')).models.answer.baseUrl, { timeout: 10_000 })
      .toBe('http://127.0.0.1:10/v1');
  });

  it('prices calls by the list of their day', async () => {
    const day = (text: string) => ({ ...stores, now: () => Date.parse(`${text}T12:00:00Z`) });
    const spec = sampleSpec('r1');
    const answer = {
      ...spec.models.answer,
      provider: 'openai',
      baseUrl: 'https://api.openai.com/v1',
      model: 'o3',
      price: { inputPerM: 10, outputPerM: 40 },
      priceOrigin: { source: 'table', validFrom: '2025-04-16', list: 'a list of 2025' },
    } as const;
    await stores.runs.updateSpec('r1', { ...spec, models: { ...spec.models, answer } });
    const priceOn = async (text: string) =>
      (await createRunReader(day(text)).spec('r1')).models.answer.price;

    expect(await priceOn('2025-06-09')).toEqual({ inputPerM: 10, outputPerM: 40 });
    expect(await priceOn('2025-06-10')).toEqual({ inputPerM: 2, outputPerM: 8 });
  });

  it('does not ask the database for every step', async () => {
    let asked = 0;
    const runs = {
      ...stores.runs,
      get: (runId: string) => {
        asked += 1;
        return stores.runs.get(runId);
      },
    };
    const reader = createRunReader({ ...stores, runs });

    await Promise.all(Array.from({ length: 100 }, () => reader.spec('r1')));

    expect(asked).toBe(1);
  });

  it('asks again after a run was not there', async () => {
    const reader = createRunReader(stores);

    await expect(reader.spec('r2')).rejects.toThrow('Run r2 is not in the database');
    await stores.runs.create(
      { runId: 'r2', name: 'late', spec: sampleSpec('r2'), identity: '{}' },
      [],
    );

    expect((await reader.spec('r2')).runId).toBe('r2');
  });
});
