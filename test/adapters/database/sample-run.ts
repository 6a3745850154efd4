import type { Outcome } from '../../../domain/outcome.ts';
import type { Row } from '../../../domain/row.ts';
import type { ChatModelSpec, RunSpec } from '../../../domain/run-spec.ts';
import type { RunItem } from '../../../domain/stores/run-store.ts';
import type { CallOwner } from '../../../domain/stores/call-store.ts';
import type { StepKey, StepPlace } from '../../../domain/stores/step-store.ts';

const model: ChatModelSpec = {
  provider: 'simulated',
  baseUrl: 'http://127.0.0.1:9/v1',
  endpointIdentity: 'simulated',
  account: 'simulated-00000000',
  model: 'looker',
  apiKeyEnv: null,
  seed: 1,
  timeoutMs: 1000,
  maxAttempts: 3,
  maxWaitMs: 1000,
  concurrency: 2,
  requestsPerMinute: null,
  tokensPerMinute: null,
  budgetUsd: null,
  extraBody: {},
  maxTokens: 100,
  temperature: 0,
  price: null,
};

/** A run spec with everything set; only its id, name and window matter to a store. */
export function sampleSpec(runId: string, itemsInFlight = 32): RunSpec {
  return {
    runId,
    name: 'sample',
    dataset: {
      datasetId: 'clips',
      format: 'lvbench',
      path: 'meta.jsonl',
      media: { kind: 'frames', folder: 'frames', frameTime: null },
      embeddings: null,
      buildMissing: false,
      limit: null,
      hash: '0'.repeat(64),
    },
    models: { answer: model, plan: model, image: null, embedding: null },
    strategy: {
      name: 'uniform',
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
      itemsInFlight,
      priority: 3,
      failOn: 0.05,
      maxDegraded: 0.2,
      cache: 'shared',
      budgetUsd: null,
    },
    output: null,
    promptVersion: '1',
  };
}

export function sampleRun(runId: string, name = 'sample') {
  return { runId, name, spec: { ...sampleSpec(runId), name }, identity: `{"run":"${runId}"}` };
}

/**
 * Items `q0`, `q1`, ... of videos of two items each, in the order of the file; worked on in the
 * opposite order of videos, so that the two orders can be told apart.
 */
export function sampleItems(count: number): RunItem[] {
  const videos = Math.ceil(count / 2);
  return Array.from({ length: count }, (_, ordinal) => ({
    position: (videos - 1 - Math.floor(ordinal / 2)) * 2 + (ordinal % 2),
    ordinal,
    itemId: `q${ordinal}`,
    sample: 0,
    workflowKey: `key-${ordinal}-0`,
    videoId: `v${Math.floor(ordinal / 2)}`,
  }));
}

export function sampleRow(
  itemId: string,
  drive: number,
  outcome: Outcome,
  changes: Partial<Row> = {},
): Row {
  return {
    schema_version: 1,
    run_id: 'r1',
    item_id: itemId,
    sample: 0,
    drive,
    task: 'multiple-choice',
    video_ids: ['v0'],
    question: 'What happens?',
    options: [],
    gold: 'A',
    gold_spans: [],
    source: { uid: itemId, größe: 'ß' },
    outcome,
    answer: outcome === 'answered' ? 'A' : null,
    answer_text: null,
    correct: outcome === 'answered' ? true : null,
    scores: {},
    failure: null,
    degraded: false,
    strategy: 'uniform',
    categories: {},
    planned: [],
    generated: [],
    text_query: null,
    retrieved: [],
    shown: [],
    judgements: [],
    previous_attempts: [],
    models: {},
    prompt_version: '1',
    reply_artifact: null,
    response_model: null,
    parse_rule: null,
    usage: {
      calls: 1,
      cached_calls: 0,
      prompt_tokens: 10,
      completion_tokens: 1,
      images: 0,
      paid_usd: 0.01,
      list_usd: 0.01,
    },
    steps: [],
    workflow_id: `eval/r1/i/${itemId}`,
    workflow_run_id: null,
    finished_at: `2030-01-01T00:00:0${drive}.000Z`,
    ...changes,
  };
}

export function failedRow(itemId: string, drive: number, failure: Partial<Row['failure'] & {}>) {
  return sampleRow(itemId, drive, 'failed', {
    failure: { class: 'timeout', step: 'answer', message: 'too slow', attempts: 2, ...failure },
  });
}

export function sampleStep(changes: Partial<StepKey> = {}): StepKey {
  return { runId: 'r1', itemId: 'q0', sample: 0, drive: 1, step: 'answer', part: 0, ...changes };
}

/** Who asks for a paid call: a step of an item, or a judge. */
export function sampleOwner(changes: Partial<CallOwner> = {}): CallOwner {
  return { ...sampleStep(), ...changes };
}

export function samplePlace(processId = 'process-1'): StepPlace {
  return {
    processId,
    workflowId: 'eval/r1/i/key-0-0',
    workflowRunId: '5f0c',
    activityId: 'activity-1',
  };
}
