import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type WorkflowBundleWithSourceMap, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleWorkflows } from '../../workers/workflow-bundle.ts';

const folder = fileURLToPath(new URL('../histories/', import.meta.url));
const recorded = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.json'),
);

let workflowBundle: WorkflowBundleWithSourceMap;
beforeAll(async () => {
  workflowBundle = await bundleWorkflows();
});

describe('replaying the histories of released versions', () => {
  it.each(recorded)('%s still leads to the same commands', async (file) => {
    const history: unknown = JSON.parse(readFileSync(folder + file, 'utf8'));

    await expect(Worker.runReplayHistory({ workflowBundle }, history)).resolves.toBeUndefined();
  });

  it('has one of every workflow of the newest release', () => {
    const index = readFileSync(new URL('../../workflows/index.ts', import.meta.url), 'utf8');
    const types = [...index.matchAll(/export \{ (\w+) \}/g)].map(([, name]) => name!);
    const newest = recorded.toSorted().at(-1)!.split(/[\\/]/)[0]!;
    const texts = recorded
      .filter((file) => file.startsWith(newest))
      .map((file) => readFileSync(folder + file, 'utf8'));
    const typeOf = (text: string) => /"workflowType":\s*\{\s*"name":\s*"(\w+)"/.exec(text)?.[1];

    expect(types.length).toBeGreaterThan(3);
    expect(new Set(texts.map(typeOf))).toEqual(new Set(types));
  });

  it('notices a workflow that would do something else', async () => {
    const text = readFileSync(`${folder}0.1.0/evaluate-item.json`, 'utf8');
    const changed: unknown = JSON.parse(text.replaceAll('answerQuestion', 'answerOtherwise'));

    await expect(Worker.runReplayHistory({ workflowBundle }, changed)).rejects.toMatchObject({
      name: 'DeterminismViolationError',
    });
  });
});
