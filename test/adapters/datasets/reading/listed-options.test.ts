import { describe, expect, it } from 'vitest';
import { listedOptionsField } from '../../../../adapters/datasets/reading/listed-options.ts';

describe('listedOptionsField', () => {
  it.each([
    ['a list', ['A. red', 'B. blue']],
    ['a JSON list in a cell', '["A. red", "B. blue"]'],
    ['a list as Python prints it', "['A. red', 'B. blue']"],
    ['a list as NumPy prints it', "['A. red'\n 'B. blue']"],
    ['other dress', ['(A) red', 'B) blue']],
  ])('takes the letters off %s', (_, value) => {
    expect(listedOptionsField.parse(value)).toEqual(['red', 'blue']);
  });

  it('reads quotes, escapes and commas inside a cell', () => {
    const cell = String.raw`["It's here, now", 'She said "no"', 'both \' and "', 'caf\u00e9\xa0\n']`;

    expect(listedOptionsField.parse(cell)).toEqual([
      "It's here, now",
      'She said "no"',
      'both \' and "',
      'caf\u00e9\u00a0\n',
    ]);
  });

  it('leaves options alone that do not all begin with their own letters', () => {
    const options = ['A. Smith', 'C. Jones'];

    expect(listedOptionsField.parse(options)).toEqual(options);
  });

  it.each(['A. red', '[red, blue]', "['red'", '', '[]', 7, []].map((value) => [value]))(
    'refuses %j, which is no list of texts',
    (value) => {
      expect(listedOptionsField.safeParse(value).success).toBe(false);
    },
  );
});
