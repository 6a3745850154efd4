import { describe, expect, it } from 'vitest';
import { itemsInCategories, parseWhere } from '../../domain/retry-filter.ts';

describe('parseWhere', () => {
  it('joins terms with "and" and over several flags', () => {
    expect(
      parseWhere([
        'outcome=failed and class=timeout',
        'step=answer',
        'video=a b=c',
        'degraded=true',
      ]),
    ).toEqual({
      filter: {
        outcome: 'failed',
        classes: ['timeout'],
        step: 'answer',
        videoId: 'a b=c',
        degraded: true,
      },
      categories: [],
    });
  });

  it('reads categories, any or one by its name', () => {
    expect(
      parseWhere(['category=needle and category.length = long', 'sample=2']).categories,
    ).toEqual([
      { name: null, value: 'needle' },
      { name: 'length', value: 'long' },
    ]);
  });

  it.each([
    ['outcom=failed', /The field outcom is unknown. Did you mean outcome\?/],
    ['outcome=unparsd', /The outcome unparsd is unknown. Did you mean unparsed\?/],
    ['outcome=answered', /never taken up again/],
    ['class=time_out', /Did you mean timeout\?/],
    ['step=retrieve', /The step retrieve is unknown/],
    ['outcome!=failed', /write field=value/],
    ['outcome', /write field=value/],
    ['video=', /the value is missing/],
    ['sample=-1', /not a whole number/],
    ['degraded=yes', /Known: true, false/],
    ['video=a and video=b', /gives video twice/],
  ])('refuses %s', (expression, message) => {
    expect(() => parseWhere([expression])).toThrow(message);
  });
});

describe('itemsInCategories', () => {
  const items = [
    { itemId: 'a', categories: { kind: ['needle'], length: ['long'] } },
    { itemId: 'b', categories: { kind: ['needle'], length: ['short'] } },
    { itemId: 'c', categories: { kind: ['count'], length: ['long', 'needle'] } },
  ];

  it('finds the items with every wished category', () => {
    const needles = itemsInCategories(items, [{ name: null, value: 'needle' }]);
    const longOnes = itemsInCategories(items, [
      { name: 'kind', value: 'needle' },
      { name: 'length', value: 'long' },
    ]);

    expect(needles).toEqual(['a', 'b', 'c']);
    expect(longOnes).toEqual(['a']);
  });

  it.each([
    [{ name: null, value: 'nedle' }, /category value nedle is unknown. Did you mean needle\?/],
    [{ name: 'lenght', value: 'long' }, /category lenght is unknown. Did you mean length\?/],
  ])('refuses %j, which no item has', (wish, message) => {
    expect(() => itemsInCategories(items, [wish])).toThrow(message);
  });
});
