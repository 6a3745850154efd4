import { expect, test } from 'vitest';
import { type CoursePoint, reachedAtS, steadyRate } from '../../bench/course.ts';

const point = (atS: number, ended: number): CoursePoint => ({
  atS,
  ended,
  cpuMs: 0,
  serverRssMiB: 0,
  workerRssMiB: 0,
});

test('finds the moment between two looks', () => {
  const course = [point(0, 0), point(1, 10), point(3, 30)];

  expect(reachedAtS(course, 10)).toBe(1);
  expect(reachedAtS(course, 25)).toBe(2.5);
  expect(reachedAtS(course, 31)).toBeNaN();
});

test('leaves the first filling and the last emptying of the window out of the rate', () => {
  const course = [point(0, 0), point(10, 10), point(20, 90), point(60, 100)];

  expect(steadyRate(course, { items: 100, window: 10 })).toBe(8);
});
