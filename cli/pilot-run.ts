import { createHash } from 'node:crypto';
import { choosePilot } from '../domain/money/choose-pilot.ts';
import { freezeItems } from '../domain/frozen-items.ts';
import { runIdentity } from '../domain/run-identity.ts';
import type { RunSpec } from '../domain/run-spec.ts';
import type { PreparedRun } from './prepare-run.ts';

/**
 * A run of its own over some items of another, through the same pipeline. Its replies stay in the
 * call store, so the run that it stands for pays nothing for these items.
 */
export function pilotOf(prepared: PreparedRun, count: number): PreparedRun {
  const items = choosePilot(prepared.items, count);
  const frozen = freezeItems(items);
  const hash = createHash('sha256').update(frozen).digest('hex');
  const named = {
    ...prepared.spec,
    name: `${prepared.spec.name}-pilot`,
    dataset: { ...prepared.spec.dataset, hash },
    run: { ...prepared.spec.run, cache: 'shared' as const },
    output: null,
  };
  const { identity, runId } = runIdentity(named, hash);
  const spec: RunSpec = { ...named, runId };
  return { ...prepared, spec, identity, items, frozen };
}
