import { Worker, type WorkerOptions, type WorkflowBundleOption } from '@temporalio/worker';
import { cutShards } from '../../domain/shards.ts';
import type { ItemEnd } from '../../domain/stores/run-store.ts';
import type {
  EvaluateInput,
  IndexVideosInput,
  ItemRef,
  JudgeInput,
  JudgementRef,
} from '../../domain/workflow-contract.ts';
import { workflowKey } from '../../domain/workflow-key.ts';
import type { indexVideos, judgeAnswers } from '../../workflows/index.ts';
import type { TestServer } from './temporal-server.ts';

export type Behaviour = {
  readonly items: number;
  readonly itemsPerVideo?: number;
  /** Other videos of each item. @default none */
  readonly otherVideos?: (position: number) => string[];
  /** Of an index job. @default 4 */
  readonly videos?: number;
  readonly answer?: (ref: ItemRef) => Promise<{ outcome: 'answered' | 'unparsed' }>;
  readonly extractFrames?: (videoId: string) => Promise<void>;
  readonly indexVideo?: (videoId: string) => Promise<string>;
  /** To be judged. @default 3 */
  readonly judgements?: number;
  /** Called when it has been found what is to be judged, before that is told. */
  readonly planned?: (judging: number | null) => Promise<void>;
  readonly judge?: (ref: JudgementRef) => Promise<{ state: 'judged' | 'unparsed' }>;
};

type IndexesOfItem = { readonly index: string; readonly more?: readonly string[] };

/** A drive over made-up items, with the activities replaced by what the test says. */
export function fakeDrive(behaviour: Behaviour) {
  const {
    items,
    itemsPerVideo = 5,
    otherVideos,
    videos: jobVideos = 4,
    answer,
    extractFrames,
    indexVideo,
    judgements = 3,
    planned,
    judge,
  } = behaviour;
  const recorded: ItemEnd[] = [];
  const calls: string[] = [];
  const ends: string[] = [];
  /** For tests that keep their own order. */
  const answered: string[] = [];
  const open = { now: 0, peak: 0 };
  const judging = { made: new Set<number>(), open: { now: 0, peak: 0 }, known: 0, late: 0 };
  const videoOf = (position: number) => `v${Math.floor(position / itemsPerVideo)}`;
  const note = async (name: string) => void calls.push(name);
  return {
    recorded,
    calls,
    ends,
    answered,
    open,
    judging,
    activities: {
      async planShards({ shardLimit }: { shardLimit: number }) {
        const videos = Array.from({ length: Math.ceil(items / itemsPerVideo) }, (_, n) => {
          const [from, to] = [n * itemsPerVideo, Math.min(items, (n + 1) * itemsPerVideo)];
          return { from, to, items: to - from };
        });
        return { shards: cutShards(videos, shardLimit), items };
      },
      async loadSlice({ from, to }: { from: number; to: number }) {
        const end = Math.min(to, from + 4);
        const page = Array.from({ length: end - from }, (_, n) => from + n);
        return {
          items: page.map((position) => ({
            position,
            itemId: `item-${position}`,
            sample: 0,
            workflowKey: workflowKey(`item-${position}`, 0),
            videoId: videoOf(position),
            ...(otherVideos && { otherVideoIds: otherVideos(position) }),
          })),
          next: end < to ? end : null,
        };
      },
      recordOutcomes: async (batch: { ends: ItemEnd[] }) => void recorded.push(...batch.ends),
      closeDrive: async ({ end }: { end: string }) => void ends.push(end),
      checkEmbedder: async () => ({
        modelId: 'm',
        modelHash: 'h',
        preprocessingId: 'p',
        dimension: 2,
      }),
      extractFrames: async ({ videoId }: { videoId: string }) => {
        await note(`cut ${videoId}`);
        await extractFrames?.(videoId);
        return { frames: 2 };
      },
      indexVideo: async ({ videoId }: { videoId: string }) => {
        await note(`index ${videoId}`);
        return indexVideo === undefined ? `index-of-${videoId}` : indexVideo(videoId);
      },
      /** Videos v0, v1, ... in pages of three. */
      loadVideos: async ({ from }: { from: number }) => {
        const all = Array.from({ length: jobVideos }, (_, n) => `v${n}`);
        const end = from + 3;
        return { videoIds: all.slice(from, end), next: end < all.length ? end : null };
      },
      noteVideo: ({ videoId, failure }: { videoId: string; failure: string | null }) =>
        note(`noted ${videoId} ${failure ?? 'indexed'}`),
      closeIndexJob: () => note('closed'),
      /** Judgements 1, 2, ... and, from the second time on, as many more as came late. */
      planJudgements: async ({ judging: known }: { judging: number | null }) => {
        await note(`planned ${known ?? 'first'}`);
        judging.known = judgements + (known === null ? 0 : judging.late);
        await planned?.(known);
        return { judging: 1, waiting: judging.known - judging.made.size };
      },
      loadJudgements: async ({ after }: { after: number }) => {
        const all = Array.from({ length: judging.known }, (_, n) => n + 1);
        const left = all.filter((id) => id > after && !judging.made.has(id)).slice(0, 100);
        return {
          judgements: left.map((id) => ({
            id,
            judge: 'j',
            itemId: `item-${id}`,
            sample: 0,
            about: 'answer',
          })),
        };
      },
      judgeAnswer: async (ref: JudgementRef) => {
        judging.open.now += 1;
        judging.open.peak = Math.max(judging.open.peak, judging.open.now);
        try {
          const end = judge === undefined ? { state: 'judged' as const } : await judge(ref);
          judging.made.add(ref.judgementId);
          return end;
        } finally {
          judging.open.now -= 1;
        }
      },
      closeJudging: ({ end }: { end: string }) => note(`judging ${end}`),
      planImageRequests: async ({ itemId }: ItemRef) => {
        await note(`plan ${itemId}`);
        return { pictures: 2 };
      },
      generateImage: ({ itemId, part }: ItemRef & { part: number }) =>
        note(`generate ${itemId} ${part}`),
      embedAndRetrieve: ({ itemId, index, more = [] }: ItemRef & IndexesOfItem) =>
        note(`retrieve ${[itemId, index, ...more].join(' ')}`),
      answerQuestion: async (ref: ItemRef) => {
        open.now += 1;
        open.peak = Math.max(open.peak, open.now);
        try {
          return answer === undefined ? { outcome: 'answered' as const } : await answer(ref);
        } finally {
          open.now -= 1;
        }
      },
    },
  };
}

let runs = 0;

export function driveInput(about: Partial<EvaluateInput>): EvaluateInput {
  const queue = 'q';
  runs += 1;
  return {
    runId: `run-${runs}`,
    drive: 1,
    dataset: 'd',
    strategy: 'uniform',
    queues: { plan: queue, image: null, answer: queue, embed: null, index: null },
    window: 4,
    shardLimit: 1000,
    ...about,
  };
}

/**
 * Runs a body while workers with the drive's activities poll.
 *
 * @param own  laid over the options of the worker that runs workflows
 */
export async function whileWorking<Result>(
  { connection }: TestServer,
  workflowBundle: WorkflowBundleOption,
  drive: ReturnType<typeof fakeDrive>,
  body: () => Promise<Result>,
  own: Partial<WorkerOptions> = {},
): Promise<Result> {
  const common = { connection, activities: drive.activities };
  const workers = await Promise.all([
    Worker.create({ ...common, taskQueue: 'videoqa', workflowBundle, ...own }),
    Worker.create({ ...common, taskQueue: 'q' }),
  ]);
  const running = workers.map((worker) => worker.run());
  try {
    return await body();
  } finally {
    workers.forEach((worker) => worker.shutdown());
    await Promise.all(running);
  }
}

/** Starts a drive's root workflow. */
export const startDrive = ({ client }: TestServer, about: EvaluateInput) =>
  client.workflow.start('evaluate', {
    workflowId: `eval/${about.runId}`,
    taskQueue: 'videoqa',
    args: [about],
  });

export function indexJobInput(about: Partial<IndexVideosInput> = {}): IndexVideosInput {
  runs += 1;
  return {
    jobId: `index/clips-${runs}`,
    queues: { index: 'q', media: 'q' },
    from: 0,
    done: 0,
    failed: 0,
    ...about,
  };
}

export function startIndexJob({ client }: TestServer, input: IndexVideosInput) {
  return client.workflow.start<typeof indexVideos>('indexVideos', {
    workflowId: input.jobId,
    taskQueue: 'videoqa',
    args: [input],
  });
}

export function judgeInput(about: Partial<JudgeInput> = {}): JudgeInput {
  runs += 1;
  return {
    runId: `run-${runs}`,
    queues: { j: 'q' },
    window: 4,
    redraws: false,
    progress: null,
    ...about,
  };
}

export function startJudging({ client }: TestServer, input: JudgeInput) {
  return client.workflow.start<typeof judgeAnswers>('judgeAnswers', {
    workflowId: `judge/${input.runId}`,
    taskQueue: 'videoqa',
    args: [input],
  });
}
