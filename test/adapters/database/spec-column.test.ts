import { describe, expect, it } from 'vitest';
import { specFromColumn } from '../../../adapters/database/spec-column.ts';
import { sampleSpec } from './sample-run.ts';

describe('specFromColumn', () => {
  it('reads what this version writes', () => {
    const spec = sampleSpec('r1');

    expect(specFromColumn(JSON.stringify(spec), 'run r1')).toEqual(spec);
  });

  it('reads the spec of a run of version 0.1, so that it goes on', () => {
    const spec = sampleSpec('r1');
    const { media: _, ...dataset } = spec.dataset;
    const { priority: __, budgetUsd: ___, ...run } = spec.run;
    const embedding = { model: 'm', path: '/m', device: 'cpu' };
    const old = {
      ...spec,
      run,
      dataset: { ...dataset, frames: '/frames', frameTime: { perSecond: 1 } },
      models: { ...spec.models, embedding },
    };

    const read = specFromColumn(JSON.stringify(old), 'run r1');

    expect(read.dataset).toEqual({
      ...dataset,
      media: { kind: 'frames', folder: '/frames', frameTime: { perSecond: 1 } },
    });
    expect(read.models.embedding).toEqual({ ...embedding, dtype: 'fp32' });
    expect(read.run).toEqual({ ...run, priority: 3, budgetUsd: null });
  });
});
