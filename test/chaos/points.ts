import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type CrashPoint, crashPoints } from '../../domain/crash-points.ts';
import type { Random } from '../../simulator/world/random.ts';
import { type CliEnd, until } from '../support/e2e-cli.ts';
import { listRuns } from '../support/e2e-state.ts';
import { type CrashStory, crashStories } from './crash-plan.ts';
import { openScene, type Scene } from './scene.ts';
import { openRequests } from './stored-state.ts';
import { type Violation, violated } from './violation.ts';

/** One crash: which point, on which way, and at which time of reaching it. */
export type Crash = { readonly story: CrashStory; readonly point: CrashPoint };

export const allCrashes: readonly Crash[] = crashStories.flatMap((story) => {
  const special = new Set(
    crashStories.filter(({ dies }) => dies !== 'retry').flatMap(({ points }) => points ?? []),
  );
  const points = (Object.keys(crashPoints) as CrashPoint[]).filter((point) => !special.has(point));
  return (story.points ?? points).map((point) => ({ story, point }));
});

export type PointsOptions = {
  readonly items: number;
  /** Videos that are cut by the run; needs ffmpeg. */
  readonly asVideos: boolean;
};

/** How long a call takes: usually, and while commands have to find the run at work. */
const latencyMs = { usual: 20, atWork: 5000 } as const;

/** How often each point is reached in one undisturbed telling of a story, whatever command reaches it. */
export async function traceStory(
  story: CrashStory,
  options: PointsOptions,
): Promise<Map<CrashPoint, number>> {
  const scene = await openStoryScene(story, options);
  const file = join(scene.home, '..', 'trace');
  try {
    const environment = { VIDEOQA_CRASH_TRACE: file };
    const { last } = await tell(scene, story, environment);
    if (last.code !== 0) throw new Error(`a command ended with ${last.code}: ${last.stderr}`);
    const reached = new Map<CrashPoint, number>();
    for (const line of (await readFile(file, 'utf8')).trim().split('\n')) {
      const point = line as CrashPoint;
      reached.set(point, (reached.get(point) ?? 0) + 1);
    }
    return reached;
  } finally {
    await rm(file, { force: true });
    await scene.close();
  }
}

/**
 * Dies at one point, gives the same command again, and checks what is left.
 *
 * @param times  how often the point is reached without a crash: one of these times is drawn
 */
export async function crashAt(
  { story, point }: Crash,
  options: PointsOptions & { readonly times: number; readonly random: Random },
): Promise<{ readonly nth: number; readonly violations: readonly Violation[] }> {
  // Counts differ a little from run to run: the last ones might not come.
  const nth = 1 + Math.floor(options.random.next() * Math.max(1, options.times * 0.7));
  const scene = await openStoryScene(story, options);
  try {
    const { end, inFlight, last } = await tell(scene, story, {
      VIDEOQA_CRASH_AT: `${point}:${nth}`,
    });
    const diesAlone = point === 'thread-running';
    return {
      nth,
      violations: [
        ...violated(
          'the point is reached',
          diesAlone || end.signal === 'SIGKILL' ? [] : [end.stderr],
        ),
        ...violated('the same command goes on to the end', last.code === 0 ? [] : [last.stderr]),
        ...(await scene.check([inFlight])),
      ],
    };
  } finally {
    await scene.close();
  }
}

function openStoryScene(story: CrashStory, { items, asVideos }: PointsOptions): Promise<Scene> {
  const controls = story.before === 'run at work' || story.before === 'paused run';
  return openScene({
    name: 'points',
    items,
    asVideos: asVideos && story.points === null,
    itemsInFlight: controls ? 2 : 4,
    // A hang costs its deadline.
    calls: { concurrency: 4, maxAttempts: 5, timeoutS: story.faults?.includes('hang') ? 3 : 60 },
    latencyMs: controls ? latencyMs.atWork : latencyMs.usual,
  });
}

type Told = {
  /** How the command ended that was to die. */
  readonly end: CliEnd;
  readonly inFlight: readonly string[];
  /** How the last command ended. */
  readonly last: CliEnd;
};

async function tell(
  scene: Scene,
  story: CrashStory,
  environment: Readonly<Record<string, string>>,
): Promise<Told> {
  const { provider } = scene;
  if (story.before === 'failed run') {
    await provider.setFaults({ rate: 0.5, kinds: ['bad_request'] });
    await scene.start().ended;
    // Refused for good: the same requests are refused again, others are answered.
    await provider.setFaults({ rate: 0 });
  }
  if (story.faults) await provider.setFaults({ rate: 1, kinds: [...story.faults] });
  if (story.dies === 'run' || story.dies === 'retry') return tellToEnd(scene, story, environment);

  const work = scene.start();
  await until('the run is at work', async () => (await provider.totals()).requests >= 2);
  const [run] = await listRuns(scene.home);
  const runId = run?.runId ?? '';
  if (story.before === 'paused run') await scene.start(['pause', runId]).ended;
  const end = await scene.start([story.dies, runId], environment).ended;
  await scene.start([story.dies, runId]).ended;
  await provider.setLatency(latencyMs.usual);
  if (story.dies === 'pause') await scene.start(['resume', runId]).ended;
  const worked = await work.ended;
  // Cancelled items have ended; a retry takes them up.
  const last =
    story.dies === 'cancel' ? await scene.start(['retry', runId, '--json']).ended : worked;
  return { end, inFlight: [], last };
}

async function tellToEnd(
  scene: Scene,
  story: CrashStory,
  environment: Readonly<Record<string, string>>,
): Promise<Told> {
  const command = story.dies === 'retry' ? ['retry', await scene.runId(), '--json'] : undefined;
  const dying = scene.start(command, environment);
  if (story.faults?.includes('hang') === true) await healSoon(scene, dying.ended);
  const end = await dying.ended;
  await scene.provider.setFaults({ rate: 0 });
  const inFlight = openRequests(scene.home);
  // `run` goes on with what a retry has taken up.
  return { end, inFlight, last: await scene.start().ended };
}

/** Ends the faults when some calls have met them: with faults alone, a run waits for its provider. */
async function healSoon({ provider }: Scene, ended: Promise<unknown>): Promise<void> {
  const met = until('calls met the faults', async () => (await provider.totals()).requests >= 6);
  await Promise.race([ended, met.catch(() => undefined)]);
  await provider.setFaults({ rate: 0 });
}
