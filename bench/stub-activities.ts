import { setTimeout as delay } from 'node:timers/promises';
import type { RecordStep } from '../activities/record-step.ts';
import { cutShards } from '../domain/shards.ts';
import type { Step } from '../domain/outcome.ts';
import type { ShownFrame } from '../domain/row.ts';
import type {
  AnswerResult,
  GenerateResult,
  PlanResult,
  RetrieveResult,
} from '../domain/step-results.ts';
import type { RunItem } from '../domain/stores/run-store.ts';
import type { ItemRef } from '../domain/workflow-contract.ts';
import type { Activities } from '../workers/compose-activities.ts';
import { videoRanges } from './bench-run.ts';

/** How long a stub call takes. */
export type StubLatency = {
  readonly planMs: number;
  readonly imageMs: number;
  readonly answerMs: number;
};

/** Does nothing for as long as a call takes, then leaves the step's result. */
export type Perform = (
  ref: ItemRef,
  about: { readonly step: Step; readonly part: number; readonly latencyMs: number },
  result: unknown,
) => Promise<void>;

/** Keeps nothing. */
export const perform: Perform = (_ref, { latencyMs }) => wait(latencyMs);

/** Writes what the product writes about a step. */
export function performRecorded(recordStep: RecordStep): Perform {
  return async (ref, { step, part, latencyMs }, result) => {
    await recordStep(ref, step, part, async () => {
      await wait(latencyMs);
      return { result, usable: true };
    });
  };
}

/** The activities of an item, with nothing behind them. */
export function stubSteps(work: Perform, latency: StubLatency): Omit<Activities, 'drive'> {
  const step = (name: Step, latencyMs: number, part = 0) => ({ step: name, part, latencyMs });
  return {
    model: {
      async planImageRequests(ref) {
        await work(ref, step('plan', latency.planMs), plan);
        return { pictures: plan.planned.length };
      },
      async answerQuestion(ref) {
        await work(ref, step('answer', latency.answerMs), answer);
        return { outcome: 'answered' };
      },
      judgeAnswer: async () => ({ state: 'judged' }),
    },
    image: {
      async generateImage(ref) {
        await work(ref, step('generate', latency.imageMs, ref.part), picture);
        return { source: 'generated' };
      },
    },
    embed: {
      async embedAndRetrieve(ref) {
        await work(ref, step('embed-retrieve', 0), retrieved);
        return { frames: retrieved.chosen.length };
      },
    },
    index: {
      checkEmbedder: async () => ({
        modelId: 'stub-embedding',
        modelHash: hash,
        preprocessingId: 'none',
        dimension: 2,
      }),
      indexVideo: async () => hash,
    },
    media: { extractFrames: async () => ({ frames: null }) },
  };
}

/** The activities of a drive without a database: pages as large as the product's, and nothing kept. */
export function stubDrive(items: readonly RunItem[], pageSize = 100): Activities['drive'] {
  return {
    planShards: async ({ shardLimit }) => ({
      shards: cutShards(videoRanges(items), shardLimit),
      items: items.length,
    }),
    async loadSlice({ from, to }) {
      const end = Math.min(to, from + pageSize);
      return {
        items: items.slice(from, end).map(({ ordinal: _, ...item }) => item),
        next: end < to ? end : null,
      };
    },
    recordOutcomes: async () => undefined,
    closeDrive: async () => undefined,
    loadVideos: async () => ({ videoIds: [], next: null }),
    noteVideo: async () => undefined,
    closeIndexJob: async () => undefined,
    ...noJudging,
  };
}

/** Nothing to judge. */
export const noJudging: Pick<
  Activities['drive'],
  'planJudgements' | 'loadJudgements' | 'closeJudging'
> = {
  planJudgements: async () => ({ judging: 1, waiting: 0 }),
  loadJudgements: async () => ({ judgements: [] }),
  closeJudging: async () => undefined,
};

async function wait(ms: number): Promise<void> {
  if (ms > 0) await delay(ms);
}

const hash = 'b'.repeat(64);

const frames: ShownFrame[] = Array.from({ length: 8 }, (_, n) => ({
  video_id: 'video-0000',
  frame_id: n * 120,
  time_s: n * 120,
  box: null,
  tile: null,
}));

const plan: PlanResult = {
  planned: [0, 120].map((frameId) => ({
    asked_frame_id: frameId,
    used_frame_id: frameId,
    prompt: 'The same person at the door, now wearing a hat.',
  })),
  dropped: 0,
  parseRule: 'json',
  replyArtifact: hash,
};

const picture: GenerateResult = {
  artifact: hash,
  source: 'generated',
  width: 1024,
  height: 576,
  fallbackClass: null,
};

const retrieved: RetrieveResult = {
  retrieved: frames.map(({ video_id, frame_id, time_s }, n) => ({
    video_id,
    frame_id,
    time_s,
    score: 0.5,
    rank: (n % 4) + 1,
    query: Math.floor(n / 4),
  })),
  chosen: frames,
  modelHash: hash,
};

const answer: AnswerResult = {
  answer: 'A',
  answerText: null,
  parseRule: 'letter',
  replyArtifact: hash,
  responseModel: 'stub-chat',
  shown: frames,
};
