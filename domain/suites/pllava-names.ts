import type { JudgeDimension } from '../judging/judge-contract.ts';

/** What PLLaVA calls the sets of its suite VideoQA, by the format of the data set. */
export const videoQaSets: Readonly<Record<string, string>> = {
  'msvd-qa': 'MSVD_QA',
  'msrvtt-qa': 'MSRVTT_QA',
  'activitynet-qa': 'ActivityNet',
  'tgif-qa': 'TGIF_QA',
};

/** What it calls the dimensions of VCGBench. */
export const dimensionNames: Readonly<Record<JudgeDimension, string>> = {
  CU: 'context',
  DO: 'detailed_orientation',
  CI: 'correctness',
  TU: 'temporal',
  CO: 'consistency',
};

/** The questions of VCGBench, with what each is judged by, in the order of its script. */
export const vcgTasks: Readonly<Record<string, readonly JudgeDimension[]>> = {
  generic_qa: ['CU', 'DO', 'CI'],
  temporal_qa: ['TU'],
  consistency_qa: ['CO'],
};

/** The task that a question of MVBench gets when its video cannot be read. */
export const unreadableTask = 'error_reading_video';

/** A score above this counts as right in VCGBench's accuracies. */
export const vcgPass = 3;
