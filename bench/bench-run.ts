import type { Item } from '../domain/item.ts';
import type { ChatModelSpec, RunSpec } from '../domain/run-spec.ts';
import type { VideoRange } from '../domain/shards.ts';
import type { RunItem } from '../domain/stores/run-store.ts';

/** The item of five activities and the item of one. */
export const benchStrategies = ['imagined-keyframes', 'uniform'] as const;
export type BenchStrategy = (typeof benchStrategies)[number];

/** As LVBench has them: 1,549 questions about 103 videos. */
const itemsPerVideo = 15;

/** Made-up questions, in the order of a file. */
export function benchItems(count: number): Item[] {
  return Array.from({ length: count }, (_, n) => ({
    itemId: `item-${String(n).padStart(5, '0')}`,
    videoIds: [`video-${String(Math.floor(n / itemsPerVideo)).padStart(4, '0')}`],
    question: 'Which colour is the hat of the person who opens the door?',
    options: [
      { letter: 'A', text: 'red' },
      { letter: 'B', text: 'green' },
      { letter: 'C', text: 'blue' },
      { letter: 'D', text: 'yellow' },
    ],
    gold: 'A',
    goldSpans: [],
    categories: {},
    source: { number: n },
  }));
}

/** The stretches that the items of one video take up. */
export function videoRanges(items: readonly RunItem[]): VideoRange[] {
  const ranges = new Map<string, VideoRange>();
  for (const { videoId, position } of items) {
    const { from, items: count } = ranges.get(videoId) ?? { from: position, items: 0 };
    ranges.set(videoId, { from, to: position + 1, items: count + 1 });
  }
  return [...ranges.values()];
}

/** A run whose models are never called: only its queues, its window and its names count. */
export function benchSpec(about: {
  readonly runId: string;
  readonly strategy: BenchStrategy;
  readonly window: number;
  readonly datasetHash: string;
}): RunSpec {
  return {
    runId: about.runId,
    name: 'bench',
    dataset: {
      datasetId: 'bench',
      format: 'lvbench',
      path: 'bench.jsonl',
      media: { kind: 'frames', folder: 'frames', frameTime: null },
      embeddings: null,
      buildMissing: false,
      limit: null,
      hash: about.datasetHash,
    },
    models: {
      answer: chatModel,
      plan: chatModel,
      image: { ...account, model: 'stub-image', wire: 'ark', size: 'auto', price: null },
      embedding: { model: 'stub-embedding', path: 'none', device: 'cpu', dtype: 'fp32' },
    },
    strategy: {
      name: about.strategy,
      sampling: 'uniform.floor',
      initialFrames: 8,
      topK: 4,
      answerFrames: 8,
      maxImageRequests: 2,
      onImageFailure: 'refused-only',
      frameOrder: 'time',
      frameMaxEdge: null,
    },
    run: {
      itemsInFlight: about.window,
      priority: 3,
      failOn: 1,
      maxDegraded: 1,
      cache: 'run',
      budgetUsd: null,
    },
    output: null,
    promptVersion: 'bench',
  };
}

const account = {
  provider: 'simulated',
  baseUrl: 'http://127.0.0.1:0/v1',
  endpointIdentity: 'bench',
  account: 'simulated-00000000',
  apiKeyEnv: null,
  seed: null,
  timeoutMs: 60_000,
  maxAttempts: 1,
  maxWaitMs: 0,
  concurrency: 1000,
  requestsPerMinute: null,
  tokensPerMinute: null,
  budgetUsd: null,
  extraBody: {},
} as const;

const chatModel: ChatModelSpec = {
  ...account,
  model: 'stub-chat',
  maxTokens: 100,
  temperature: null,
  price: null,
};
