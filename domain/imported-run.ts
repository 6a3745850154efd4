import { freezeItems } from './frozen-items.ts';
import { canonicalJson, sha256Hex } from './hashing.ts';
import { type Item, taskOf } from './item.ts';
import { type Judgement, judgementScores } from './judging/judgement.ts';
import type { Row } from './row.ts';
import { runNameForIds } from './run-identity.ts';
import type { ChatModelSpec, RunSpec } from './run-spec.ts';
import { isCorrect, letterScore } from './scoring.ts';
import { ruleScores, scoresByRule } from './suites/reply-rules.ts';
import { noUsage } from './money/usage.ts';
import { priorities } from './priority.ts';

/** Who judged where nobody says: two runs with this judge need not have been judged by one. */
export const unknownJudge = 'unknown';

/** What somebody else's files say of one question. */
export type ImportedResult = {
  readonly item: Item;
  /** What their model said; null where they have no answer because the question failed. */
  readonly prediction: string | null;
  /** Why it failed; null where a model was asked. */
  readonly failure: string | null;
  /** What we read out of the prediction; null where that is no answer. */
  readonly parsed: {
    readonly answer: string;
    readonly answerText: string;
    readonly rule: string;
  } | null;
  readonly judgements: readonly Judgement[];
};

/** Results of one set, as they were read from a folder. */
export type ImportedResults = {
  readonly format: 'pllava';
  readonly folder: string;
  /** The format of the data set that the questions are from. */
  readonly datasetFormat: string;
  readonly datasetId: string;
  readonly results: readonly ImportedResult[];
  /** When the files were written, ISO 8601. */
  readonly writtenAt: string;
};

/** An imported run, ready to be written down. */
export type ImportedRun = {
  readonly spec: RunSpec;
  readonly identity: string;
  readonly items: readonly Item[];
  /** The items as a blob; its hash is the data set's. */
  readonly frozen: Uint8Array;
  readonly rows: readonly Row[];
};

/**
 * Makes a run of results that somebody else made. It is named by what the files say, so the same
 * results are the same run wherever and whenever they are read. It has no steps, calls or cost.
 */
export function importedRun(name: string, read: ImportedResults): ImportedRun {
  const { format, folder, datasetFormat, datasetId, results, writtenAt } = read;
  const items = results.map(({ item }) => item);
  const frozen = freezeItems(items);
  const hash = sha256Hex(frozen);
  const said = results.map(({ prediction, failure, judgements }) => [
    prediction,
    failure,
    judgements,
  ]);
  const identity = canonicalJson({
    imported: format,
    dataset: hash,
    results: sha256Hex(canonicalJson(said)),
  });
  const spec: RunSpec = {
    ...nothingOfOurs,
    runId: `${runNameForIds(name)}-${sha256Hex(identity).slice(0, 8)}`,
    name,
    dataset: {
      datasetId,
      format: datasetFormat,
      path: folder,
      media: { kind: 'frames', folder, frameTime: null },
      embeddings: null,
      buildMissing: false,
      limit: null,
      hash,
    },
    imported: { format, folder },
  };
  const rows = results.map((result) => rowOf(spec, result, writtenAt));
  return { spec, identity, items, frozen, rows };
}

const unknownModel: ChatModelSpec = {
  provider: 'openai-compatible',
  baseUrl: '',
  endpointIdentity: 'imported',
  account: 'imported',
  model: 'unknown',
  apiKeyEnv: null,
  seed: null,
  timeoutMs: 1,
  maxAttempts: 1,
  maxWaitMs: 0,
  concurrency: 1,
  requestsPerMinute: null,
  tokensPerMinute: null,
  budgetUsd: null,
  extraBody: {},
  maxTokens: 1,
  temperature: null,
  price: null,
};

/** What a run of ours would have said of itself. */
const nothingOfOurs: Omit<RunSpec, 'runId' | 'name' | 'dataset'> = {
  models: { answer: unknownModel, plan: unknownModel, image: null, embedding: null },
  strategy: {
    name: 'imported',
    sampling: 'uniform.floor',
    initialFrames: 1,
    topK: 1,
    answerFrames: null,
    maxImageRequests: 1,
    onImageFailure: 'refused-only',
    frameOrder: 'time',
    frameMaxEdge: null,
  },
  run: {
    itemsInFlight: 1,
    priority: priorities.usual,
    failOn: 1,
    maxDegraded: 1,
    cache: 'run',
    budgetUsd: null,
  },
  output: null,
  promptVersion: 'imported',
};

function rowOf(spec: RunSpec, result: ImportedResult, finishedAt: string): Row {
  const { item, prediction, parsed, judgements } = result;
  const { format, datasetId } = spec.dataset;
  const end = endOf(result);
  return {
    schema_version: 1,
    run_id: spec.runId,
    item_id: item.itemId,
    sample: 0,
    drive: 1,
    task: taskOf(item),
    dataset: datasetId,
    video_ids: item.videoIds,
    question: item.question,
    options: item.options,
    gold: item.gold,
    gold_spans: item.goldSpans,
    source: item.source,
    ...end,
    scores: {
      ...letterScore(end.correct),
      ...scoresByRule(format, ruleScores(format, prediction ?? '', item, parsed !== null)),
      ...judgementScores(judgements),
    },
    degraded: false,
    strategy: spec.strategy.name,
    categories: item.categories,
    planned: [],
    generated: [],
    text_query: null,
    retrieved: [],
    shown: [],
    judgements,
    previous_attempts: [],
    models: {},
    prompt_version: spec.promptVersion,
    reply_artifact: prediction === null ? null : sha256Hex(prediction),
    response_model: null,
    parse_rule: parsed?.rule ?? null,
    usage: { ...noUsage, paid_usd: null, list_usd: null },
    steps: [],
    workflow_id: '',
    workflow_run_id: null,
    finished_at: finishedAt,
  };
}

function endOf({
  item,
  failure,
  parsed,
}: ImportedResult): Pick<Row, 'outcome' | 'answer' | 'answer_text' | 'correct' | 'failure'> {
  const unanswered = { answer: null, answer_text: null, correct: null };
  if (failure !== null) {
    const named = { class: 'bad_media', step: null, message: failure, attempts: 0 } as const;
    return { ...unanswered, outcome: 'failed', failure: named };
  }
  if (parsed === null) return { ...unanswered, outcome: 'unparsed', failure: null };
  const { answer, answerText } = parsed;
  const correct = isCorrect(answer, item);
  return { outcome: 'answered', answer, answer_text: answerText, correct, failure: null };
}
