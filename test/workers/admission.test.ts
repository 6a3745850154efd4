import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BudgetRefusal } from '../../domain/money/budget-gate.ts';
import { StepError } from '../../domain/errors/step-error.ts';
import { createAdmissionReader } from '../../workers/admission.ts';
import type { Stores } from '../../workers/open-stores.ts';
import { openTestStores } from '../support/fakes-activity.ts';
import { createSampleRun } from '../support/fakes-item-steps.ts';

let stores: Stores;
beforeEach(async () => {
  stores = await openTestStores();
  await createSampleRun(stores);
  await stores.runs.openDrive('r1', { kind: 'unfinished' });
});
afterEach(() => stores.close());

const spend = () =>
  createAdmissionReader(stores.runs).stopRun('r1', new BudgetRefusal(null, false));

describe('a spent budget', () => {
  it.each(['running', 'paused'] as const)(
    'stops a run that is %s; what has started may finish',
    async (state) => {
      await stores.runs.setState('r1', state);
      await stores.runs.setAdmission('r1', state === 'paused' ? 'stopped' : 'open');

      await spend();

      const stopped = { state: 'stopped', stopReason: 'budget', admission: 'draining' };
      expect(await stores.runs.get('r1')).toMatchObject(stopped);
    },
  );

  it('leaves a run alone that was cancelled, or that its provider has stopped', async () => {
    const provider = new StepError('model_gone', 'fail', 'no such model', { stopsRun: true });
    await stores.runs.setState('r1', 'cancelled');
    await spend();
    expect(await stores.runs.get('r1')).toMatchObject({ state: 'cancelled', stopReason: null });

    await createAdmissionReader(stores.runs).stopRun('r1', provider);
    await spend();

    expect(await stores.runs.get('r1')).toMatchObject({
      state: 'stopped',
      stopReason: 'provider',
      admission: 'stopped',
    });
  });
});
