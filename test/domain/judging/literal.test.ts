import { describe, expect, it } from 'vitest';
import { literalAt } from '../../../domain/judging/literal.ts';

describe('literalAt', () => {
  it.each([
    ['{"pred": "yes", "score": 4}', { pred: 'yes', score: 4 }],
    ["{'pred': 'yes', 'score': 4.8,}", { pred: 'yes', score: 4.8 }],
    ['{"a": [1, {"b": null}], "c": true}', { a: [1, { b: null }], c: true }],
    ["{'a': (1, 2), 'b': None, 'c': True, 'd': False}", { a: [1, 2], b: null, c: true, d: false }],
    [`{'it\\'s': "a \\"b\\"", 'é\\x41\\u00e9\\n': ''}`, { "it's": 'a "b"', 'éAé\n': '' }],
    ['{}', {}],
    ['{ }', {}],
    ['[]', []],
    ['-1.5e2 and more', -150],
    ["'text' and more", 'text'],
  ])('reads %s', (text, value) => {
    expect(literalAt(text, 0)).toMatchObject({ value });
  });

  it('begins where it is told to, whatever stands before and behind', () => {
    const text = 'My rating: {"score": 3}, because {it} fits.';

    const start = text.indexOf('{');
    expect(literalAt(text, start)).toEqual({ value: { score: 3 }, end: text.indexOf('}') + 1 });
  });

  it.each([
    ['{"score": 4'],
    ["{'score': }"],
    ['{score: 4}'],
    ['{"a": 1 "b": 2}'],
    ['{1: 2}'],
    ['{"a": undefined}'],
    ["{'a': 'open}"],
    ["{'a': '\\u00'}"],
    ["'\\"],
    [''],
    ['{'.repeat(5000)],
    ['['.repeat(5000)],
  ])('finds nothing in %j', (text) => {
    expect(literalAt(text, 0)).toBeNull();
  });

  it('takes what no prototype can be told with', () => {
    const value = literalAt('{"__proto__": {"score": 5}}', 0)!.value as object;

    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect((value as { score?: number }).score).toBeUndefined();
  });
});
