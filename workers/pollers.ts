import type { WorkerOptions } from '@temporalio/worker';
import { embedQueue, indexQueue, mediaQueue, modelQueue } from '../domain/queues.ts';
import { queuesOf } from '../domain/run-queues.ts';
import type { EmbeddingSpec, FrameSource, RunSpec } from '../domain/run-spec.ts';
import type { Activities } from './compose-activities.ts';

/** What a worker process serves: `orchestrate` workflows, `io` calls and video cutting, `embed` models. */
export const workerRoles = ['all', 'orchestrate', 'io', 'embed'] as const;
export type WorkerRole = (typeof workerRoles)[number];

/** Activities that one worker runs at once. The account limiter, not this, bounds paid calls. */
const slots = { paid: 200, media: 2, embed: 16, index: 2 } as const;

/** One queue, and the activities that belong there. */
export type Poller = {
  readonly taskQueue: string;
  readonly activities: object;
  readonly role: WorkerRole;
  /** The model to load before the queue is polled: a worker without it would only fail its tasks. */
  readonly embedding: EmbeddingSpec | null;
} & Partial<WorkerOptions>;

type PaidModel = RunSpec['models']['answer'] | NonNullable<RunSpec['models']['image']>;

/** Whether this process has the key that a variable should hold. */
type HasKey = (variable: string | null) => boolean;

/**
 * Who does the work of a run: one worker per queue. The queue of an account whose key this process
 * lacks is left to others.
 */
export function pollersOfRun(spec: RunSpec, activities: Activities, hasKey: HasKey): Poller[] {
  const { answer, plan, image, embed } = queuesOf(spec);
  const { models } = spec;
  const account = (taskQueue: string | null, model: PaidModel | null, own: object): Poller[] =>
    taskQueue !== null && model !== null && hasKey(model.apiKeyEnv)
      ? [paidPoller(taskQueue, own)]
      : [];
  return [
    ...account(answer, models.answer, activities.model),
    ...account(plan, models.plan, activities.model),
    ...account(image, models.image, activities.image),
    ...pollersOfJudging(spec, activities, hasKey),
    ...mediaPollers(spec, activities),
    ...(embed === null ? [] : embeddingPollers(models.embedding, activities)),
  ];
}

/** Who asks the judges of a run. */
export function pollersOfJudging(
  { judging }: Pick<RunSpec, 'judging'>,
  activities: Activities,
  hasKey: HasKey,
): Poller[] {
  const models = (judging?.judges ?? []).map(({ model }) => model);
  return models
    .filter(({ apiKeyEnv }) => hasKey(apiKeyEnv))
    .map(({ account }) => paidPoller(modelQueue(account), activities.model));
}

function paidPoller(taskQueue: string, activities: object): Poller {
  const maxConcurrentActivityTaskExecutions = slots.paid;
  return {
    taskQueue,
    activities,
    role: 'io',
    embedding: null,
    maxConcurrentActivityTaskExecutions,
  };
}

/** Who does the work of an index job. */
export function pollersOfJob(source: FrameSource, activities: Activities): Poller[] {
  return [
    ...mediaPollers(source, activities),
    ...embeddingPollers(source.models.embedding, activities),
  ];
}

function mediaPollers({ dataset }: Pick<FrameSource, 'dataset'>, activities: Activities): Poller[] {
  if (dataset.media.kind !== 'videos') return [];
  return [
    {
      taskQueue: mediaQueue,
      activities: activities.media,
      role: 'io',
      embedding: null,
      maxConcurrentActivityTaskExecutions: slots.media,
    },
  ];
}

function embeddingPollers(embedding: EmbeddingSpec | null, activities: Activities): Poller[] {
  if (embedding === null) return [];
  return [
    {
      taskQueue: embedQueue(embedding.model),
      activities: activities.embed,
      role: 'embed',
      embedding,
      maxConcurrentActivityTaskExecutions: slots.embed,
    },
    {
      taskQueue: indexQueue(embedding.model),
      activities: activities.index,
      role: 'embed',
      embedding,
      maxConcurrentActivityTaskExecutions: slots.index,
    },
  ];
}
