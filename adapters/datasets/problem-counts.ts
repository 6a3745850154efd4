import { describeProblem, type Problem, type ProblemKind, type Severity } from './problem.ts';

/** All problems of one kind. */
export type ProblemCount = {
  readonly kind: ProblemKind;
  readonly severity: Severity;
  readonly count: number;
  readonly examples: readonly string[];
};

const shownExamples = 5;

/** Problems by kind and severity, in the order in which they were first seen. */
export function countProblems(problems: readonly Problem[]): ProblemCount[] {
  const groups = new Map<string, Problem[]>();
  for (const problem of problems) {
    const key = `${problem.kind} ${problem.severity}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [problem]);
    else group.push(problem);
  }
  return [...groups.values()].map((group) => ({
    kind: group[0]!.kind,
    severity: group[0]!.severity,
    count: group.length,
    examples: group.slice(0, shownExamples).map(describeProblem),
  }));
}

/** The problems as lines, those of one kind together: five of them, and how many more there are. */
export function problemLines(problems: readonly Problem[]): string[] {
  return countProblems(problems).flatMap(({ kind, count, examples }) => {
    const more = count - examples.length;
    return more === 0 ? examples : [...examples, `${kind}: and ${more} more`];
  });
}
