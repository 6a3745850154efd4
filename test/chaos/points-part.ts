import { spawnSync } from 'node:child_process';
import type { CrashPoint } from '../../domain/crash-points.ts';
import { createRandom } from '../../simulator/world/random.ts';
import type { CrashStory } from './crash-plan.ts';
import type { Finding, PartOptions } from './part.ts';
import { allCrashes, crashAt, traceStory } from './points.ts';

/** Items of one crash: two videos, so that one is cut and indexed while the other is at work. */
const items = 6;

/** Dies at every crash point in turn, and goes on. */
export async function* crashPointsPart({ seed, only, say }: PartOptions): AsyncGenerator<Finding> {
  const asVideos = spawnSync('ffmpeg', ['-version']).status === 0;
  const wanted = allCrashes.filter(({ point }) => only.length === 0 || only.includes(point));
  const traces = new Map<CrashStory, Map<CrashPoint, number>>();
  for (const crash of wanted) {
    const { story, point } = crash;
    const trace = traces.get(story) ?? (await traceStory(story, { items, asVideos }));
    traces.set(story, trace);
    const times = trace.get(point) ?? 0;
    const random = createRandom(`${seed} ${story.name} ${point}`);
    const name = `${point} in ${story.name}`;
    const { nth, violations } = await crashAt(crash, { items, asVideos, times, random });
    say(`${name}, time ${nth} of ${times}: ${violations.length} violations`);
    yield { name, violations, figures: { nth, times } };
  }
}
