import { buildRow } from '../../domain/build-row.ts';
import { sha256Hex } from '../../domain/hashing.ts';
import type { Item } from '../../domain/item.ts';
import type { FailureClass, Outcome, Step } from '../../domain/outcome.ts';
import type { Row, ShownFrame, Usage } from '../../domain/row.ts';
import type { ChatModelSpec, RunSpec } from '../../domain/run-spec.ts';
import type { StrategyName } from '../../domain/strategy-spec.ts';
import type { AnswerResult, GenerateResult, PlanResult } from '../../domain/step-results.ts';
import type { ItemEnd, RunRecord } from '../../domain/stores/run-store.ts';
import type { StepRecord } from '../../domain/stores/step-store.ts';
import { noUsage } from '../../domain/money/usage.ts';

const chatModel: ChatModelSpec = {
  provider: 'simulated',
  baseUrl: 'http://127.0.0.1:1/v1',
  endpointIdentity: 'simulated',
  account: 'simulated-00000000',
  model: 'qwen/qwen-vl',
  apiKeyEnv: null,
  seed: 1,
  timeoutMs: 1000,
  maxAttempts: 3,
  maxWaitMs: 1000,
  concurrency: 1,
  requestsPerMinute: null,
  tokensPerMinute: null,
  budgetUsd: null,
  extraBody: {},
  maxTokens: 100,
  temperature: 0,
  price: { inputPerM: 1, outputPerM: 1 },
};

/** A run's settings, valid and short. */
export function sampleSpec(
  strategy: StrategyName = 'imagined-keyframes',
  runId = 'sample-1',
): RunSpec {
  return {
    runId,
    name: 'sample',
    dataset: {
      datasetId: 'sample',
      format: 'original',
      path: 'data/questions.json',
      media: { kind: 'frames', folder: 'frames', frameTime: null },
      embeddings: null,
      buildMissing: true,
      limit: null,
      hash: 'frozen',
    },
    models: {
      answer: chatModel,
      plan: { ...chatModel, model: 'planner' },
      image: { ...chatModel, model: 'painter', wire: 'ark', size: 'auto', price: { image: 0.03 } },
      embedding: { model: 'tiny-siglip', path: 'models/tiny', device: 'cpu', dtype: 'fp32' },
    },
    strategy: {
      name: strategy,
      sampling: 'uniform.floor',
      initialFrames: 8,
      topK: 8,
      answerFrames: 8,
      maxImageRequests: 4,
      onImageFailure: 'refused-only',
      frameOrder: 'time',
      frameMaxEdge: null,
    },
    run: {
      itemsInFlight: 1,
      priority: 3,
      failOn: 1,
      maxDegraded: 1,
      cache: 'shared',
      budgetUsd: null,
    },
    output: null,
    promptVersion: '1',
  };
}

export function sampleItem(itemId: string, changes: Partial<Item> = {}): Item {
  return {
    itemId,
    videoIds: ['v1'],
    question: 'Which shape appears?\n(A) circle\n(B) square',
    options: [
      { letter: 'A', text: 'circle' },
      { letter: 'B', text: 'square' },
    ],
    gold: 'B',
    goldSpans: [{ startSeconds: 4, endSeconds: 6 }],
    categories: {},
    source: { key: 'v1', uid: itemId, question: 'Which shape appears?', answer: 'B' },
    ...changes,
  };
}

export function shownAt(timeSeconds: number | null, frameId = 5): ShownFrame {
  return { video_id: 'v1', frame_id: frameId, time_s: timeSeconds, box: null, tile: null };
}

/** A stored text: named by its content. */
export const artifactOf = (text: string): string => sha256Hex(text);

export function stepRecord(step: Step, changes: Partial<StepRecord> = {}): StepRecord {
  return {
    runId: 'sample-1',
    itemId: 'q1',
    sample: 0,
    drive: 1,
    step,
    part: 0,
    state: 'done',
    usable: true,
    result: null,
    failureClass: null,
    startedAt: Date.UTC(2026, 0, 1),
    finishedAt: Date.UTC(2026, 0, 1) + 2000,
    attempts: 1,
    waitedMs: 0,
    usage: { ...noUsage, calls: 1, paid_usd: 0.01, list_usd: 0.01 },
    ...changes,
  };
}

export function answerRecord(answer: string | null, changes: Partial<StepRecord> = {}): StepRecord {
  const result: AnswerResult = {
    answer,
    answerText: answer === null ? null : `text of ${answer}`,
    parseRule: answer === null ? null : 'fenced-json',
    replyArtifact: artifactOf(`reply ${answer}`),
    responseModel: 'qwen-vl',
    shown: [shownAt(5)],
  };
  return stepRecord('answer', { usable: answer !== null, result, ...changes });
}

export function planRecord(
  prompts: readonly string[],
  changes: Partial<StepRecord> = {},
): StepRecord {
  const result: PlanResult = {
    planned: prompts.map((prompt, i) => ({ asked_frame_id: i, used_frame_id: i, prompt })),
    dropped: 0,
    parseRule: 'fenced-json',
    replyArtifact: artifactOf(prompts.join()),
  };
  return stepRecord('plan', { result, ...changes });
}

export function pictureRecord(
  part: number,
  source: GenerateResult['source'] = 'generated',
  changes: Partial<StepRecord> = {},
): StepRecord {
  const artifact = artifactOf(`picture ${part}`);
  const result: GenerateResult = { artifact, source, width: 64, height: 36, fallbackClass: null };
  return stepRecord('generate', { part, result, ...changes });
}

export function itemEnd(outcome: Outcome, changes: Partial<ItemEnd> = {}): ItemEnd {
  return { itemId: 'q1', sample: 0, outcome, failure: null, workflowRunId: 'w1', ...changes };
}

/** A row as the run would have recorded it. */
export function sampleRow(
  itemId: string,
  answer: string | null,
  changes: Partial<Row> = {},
  spec = sampleSpec(),
): Row {
  const row = buildRow({
    spec,
    item: sampleItem(itemId),
    end: itemEnd(answer === null ? 'unparsed' : 'answered', { itemId }),
    drive: 1,
    workflowId: `eval/${spec.runId}/i/${itemId}`,
    steps: [answerRecord(answer, { itemId })],
    finishedAt: '2026-01-01T00:00:02.000Z',
  });
  return { ...row, ...changes };
}

export function failedRow(
  itemId: string,
  failureClass: FailureClass,
  changes: Partial<Row> = {},
): Row {
  return {
    ...sampleRow(itemId, null),
    outcome: 'failed',
    failure: { class: failureClass, step: 'answer', message: 'The call failed', attempts: 3 },
    reply_artifact: null,
    shown: [],
    ...changes,
  };
}

export const someUsage = (paid_usd: number | null): Usage => ({
  ...noUsage,
  calls: 1,
  paid_usd,
  list_usd: paid_usd,
});

export function sampleRun(spec = sampleSpec(), changes: Partial<RunRecord> = {}): RunRecord {
  return {
    runId: spec.runId,
    name: spec.name,
    spec,
    identity: '{}',
    state: 'completed',
    stopReason: null,
    stopDetail: null,
    admission: 'open',
    window: 1,
    drive: 1,
    driveIsOpen: false,
    createdAt: Date.UTC(2026, 0, 1),
    elapsedS: 65,
    outputDirectory: null,
    ...changes,
  };
}
