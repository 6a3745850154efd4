import { expect, it } from 'vitest';
import { problemAt } from '../../../adapters/datasets/problem.ts';
import { problemLines } from '../../../adapters/datasets/problem-counts.ts';

it('tells one cause of many problems in five lines, and how many more there are', () => {
  const problems = Array.from({ length: 1000 }, (_, index) => {
    const place = { file: 'a.csv', line: null, record: index + 1 };
    return problemAt(place, 'missing_column', { what: 'the field q is missing', fix: 'Add it' });
  });
  const place = { file: 'a.csv', line: null, record: null };
  const other = problemAt(place, 'unreadable', { what: 'there is no such file', fix: 'Check it' });

  expect(problemLines([problems[0]!, other, ...problems.slice(1)])).toEqual([
    ...[1, 2, 3, 4, 5].map((record) => `a.csv, record ${record}: the field q is missing. Add it.`),
    'missing_column: and 995 more',
    'a.csv: there is no such file. Check it.',
  ]);
});
