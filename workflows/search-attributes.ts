import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';

const evalRunId = defineSearchAttributeKey('EvalRunId', 'KEYWORD');
const dataset = defineSearchAttributeKey('Dataset', 'KEYWORD');
const video = defineSearchAttributeKey('VideoId', 'KEYWORD');
const strategyName = defineSearchAttributeKey('Strategy', 'KEYWORD');

/** Set once, only when an item fails, so that failed items can be found by kind. */
export const failKind = defineSearchAttributeKey('FailKind', 'KEYWORD');
export const failedStep = defineSearchAttributeKey('Step', 'KEYWORD');
export const attemptCount = defineSearchAttributeKey('Attempts', 'INT');

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
