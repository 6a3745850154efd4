import { describe, expect, it } from 'vitest';
import { splitJsonList } from '../../../../adapters/datasets/reading/split-json-list.ts';

const texts = (list: string) => [...splitJsonList(list)].map(({ text }) => text);

describe('splitJsonList', () => {
  it.each([
    [[]],
    [[1]],
    [[{ a: '],[{"' }, ['x', { y: [1, '\\'] }], 'a "quoted, list]"', null, -1.5e3, true]],
  ])('cuts %j into texts that read as its elements', (list) => {
    for (const indent of [0, 2]) {
      const elements = texts(`\n ${JSON.stringify(list, null, indent)}\n`);

      expect(elements.map((text) => JSON.parse(text) as unknown)).toEqual(list);
    }
  });

  it('says on which line each element begins', () => {
    const list = '[\n\n  {"a":\n 1}, {"b": 2},\n  3\n]';

    expect([...splitJsonList(list)].map(({ line }) => line)).toEqual([3, 4, 5]);
  });

  it.each(['[', '[1', '[1,', '[{"a": 1}', '[{"a": "x', '[1,]', '[1] 2', '[1]]', '[,1]', '[{]'])(
    'gives an element that is not JSON for %j',
    (list) => {
      const isJson = (text: string) => {
        try {
          JSON.parse(text);
          return true;
        } catch {
          return false;
        }
      };

      expect(texts(list).every(isJson)).toBe(false);
    },
  );

  it('agrees with JSON.parse on every beginning of a list', () => {
    const whole = JSON.stringify([{ a: ['b', { c: '\\"]' }] }, 'é,', [[]], 0]);
    for (let length = 1; length < whole.length; length += 1)
      expect(() =>
        texts(whole.slice(0, length)).map((text) => JSON.parse(text) as unknown),
      ).toThrow(SyntaxError);
  });
});
