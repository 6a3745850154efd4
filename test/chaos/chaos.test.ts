import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { type CrashPoint, crashPoints } from '../../domain/crash-points.ts';
import { createRandom } from '../../simulator/world/random.ts';
import { e2eObstacle } from '../support/e2e-cli.ts';
import { crashStories } from './crash-plan.ts';
import { deployPart } from './deploy.ts';
import type { Finding } from './part.ts';
import { allCrashes, crashAt, traceStory } from './points.ts';
import { disturbedPorts } from './ports.ts';
import { executedTwice } from './twice.ts';

// The suite at full size: npm run chaos (docs/chaos.md).
const seed = process.env['VIDEOQA_CHAOS_SEED'] ?? '1';
const asVideos = spawnSync('ffmpeg', ['-version']).status === 0;
const small = { items: 4, asVideos };
/** Not reached where no video can be cut. */
const ofVideos: readonly CrashPoint[] = [
  'cut-begun',
  'frame-cut',
  'frames-cut',
  'manifest-stored',
  'cut-noted',
];

// Each part starts several servers, and waits for what failed on purpose to be tried again.
const timeout = 600_000;

describe.skipIf(e2eObstacle !== null)(`chaos, small, seed ${seed}`, { timeout }, () => {
  it('reaches every crash point', async () => {
    const told = ['a run', 'a provider that hangs', 'a quota that is used up', 'a pause'];
    const stories = crashStories.filter(({ name }) => told.includes(name));

    const traces = await Promise.all(stories.map((story) => traceStory(story, small)));
    const reached = new Set(traces.flatMap((trace) => [...trace.keys()]));

    const expected = (Object.keys(crashPoints) as CrashPoint[]).filter(
      (point) => asVideos || !ofVideos.includes(point),
    );
    expect([...reached].toSorted()).toEqual(expected.toSorted());
  });

  const drawn = createRandom(seed)
    .shuffle(allCrashes.filter(({ story }) => story.name === 'a run'))
    .filter(({ point }) => asVideos || !ofVideos.includes(point))
    .slice(0, 2);
  it.each(drawn)('dies at $point and goes on', async (crash) => {
    const random = createRandom(`${seed} ${crash.point}`);

    const { violations } = await crashAt(crash, { ...small, times: 1, random });

    expect(violations).toEqual([]);
  });

  it('pays for nothing twice when it is asked to stop and started again', async () => {
    const findings = await all(deployPart({ seed: Number(seed), items: 10 }));

    expect(findings.flatMap(({ violations }) => violations)).toEqual([]);
  });

  it('stores and pays the same when every activity is executed twice', async () => {
    const findings = await all(
      executedTwice({ items: 3, doublings: ['one after the other', 'both at once'] }),
    );

    expect(findings.flatMap(({ violations }) => violations)).toEqual([]);
  });

  it('keeps its promises while stores fail, the disk is full and the clock jumps', async () => {
    const findings = await all(disturbedPorts({ seed: Number(seed), items: 5 }));

    expect(findings.flatMap(({ violations }) => violations)).toEqual([]);
  });
});

async function all(findings: AsyncIterable<Finding>): Promise<Finding[]> {
  const found: Finding[] = [];
  for await (const finding of findings) found.push(finding);
  return found;
}
