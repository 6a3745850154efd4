import type { Config } from '../config/config.ts';
import type { ConfigProblem } from '../config/config-problem.ts';

/** A judge without a contract, and the other way round; things that are named twice. */
export function findJudgingProblems({ models, judge }: Config): ConfigProblem[] {
  const problem = (path: readonly string[], message: string): ConfigProblem[] => [
    { path, isKey: false, message },
  ];
  if (models.judge === undefined && judge === undefined) return [];
  if (judge === undefined) {
    const message =
      'is missing beside models.judge; say what it is asked for: { contract: yes-no-score }';
    return problem(['judge'], message);
  }
  if (models.judge === undefined) return problem(['models', 'judge'], 'is missing beside `judge`');
  if (new Set(judge.contract).size < judge.contract.length)
    return problem(['judge', 'contract'], 'names one contract twice; remove one of them');
  return [];
}
