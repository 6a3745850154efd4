import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import { searchAttributeTypes as types } from '../domain/search-attributes.ts';

const evalRunId = defineSearchAttributeKey('EvalRunId', types.EvalRunId);
const dataset = defineSearchAttributeKey('Dataset', types.Dataset);
const video = defineSearchAttributeKey('VideoId', types.VideoId);
const strategyName = defineSearchAttributeKey('Strategy', types.Strategy);

/** Set once, only when an item fails, so that failed items can be found by kind. */
export const failKind = defineSearchAttributeKey('FailKind', types.FailKind);
export const failedStep = defineSearchAttributeKey('Step', types.Step);
export const attemptCount = defineSearchAttributeKey('Attempts', types.Attempts);

/** What every workflow of a run can be found by in the Temporal UI. Never a question, never a key. */
export function runAttributes(about: {
  readonly runId: string;
  readonly dataset: string;
  readonly strategy: string;
  readonly videoId: string | null;
}): SearchAttributePair[] {
  return [
    { key: evalRunId, value: about.runId },
    { key: dataset, value: about.dataset },
    { key: strategyName, value: about.strategy },
    ...(about.videoId === null ? [] : [{ key: video, value: about.videoId }]),
  ];
}
