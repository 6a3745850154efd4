import { describe, expect, it } from 'vitest';
import { parsePlan } from '../../../domain/replies/plan-parsing.ts';

const limits = { sampledFrameIds: [10, 20, 30], maxImageRequests: 2 };
const entry = (id: unknown, prompt: unknown = 'a red circle') => ({
  reference_image_id: id,
  prompt,
});
const fenced = (value: unknown, label = 'json') =>
  `\`\`\`${label}\n${typeof value === 'string' ? value : JSON.stringify(value)}\n\`\`\``;
const plan = (reply: string) => parsePlan(reply, limits);
const usedIds = (reply: string) => {
  const parsed = plan(reply);
  return 'complaint' in parsed ? parsed.complaint : parsed.planned.map((one) => one.used_frame_id);
};

describe('parsePlan', () => {
  it('B4: reads the first fenced block labelled json', () => {
    const reply = `Two pictures.\n${fenced([entry(10)])}\nor else\n${fenced([entry(20)])}`;

    expect(plan(reply)).toEqual({
      planned: [{ asked_frame_id: 10, used_frame_id: 10, prompt: 'a red circle' }],
      dropped: 0,
      rule: 'fence-json',
    });
  });

  it.each([
    ['another label', fenced([entry(10)], 'JSON'), 'fence-other'],
    ['no label', fenced([entry(10)], ''), 'fence-other'],
    ['no fence', JSON.stringify([entry(10)]), 'whole-text'],
    [
      'a fence that is never closed',
      `Here:\n\`\`\`json\n${JSON.stringify([entry(10)])}`,
      'open-fence',
    ],
    ['a list in the prose', `As in frame [3], I ask for ${JSON.stringify([entry(10)])}.`, 'bare'],
    ['backticks inside a prompt', fenced([entry(10, 'a sign ```A```')]), 'bare'],
  ])('B4: records the rule for %s', (_, reply, rule) => {
    expect(plan(reply)).toMatchObject({ planned: [{ used_frame_id: 10 }], rule });
  });

  it('takes a json fence before an earlier fence of another kind', () => {
    expect(plan(`${fenced([entry(20)], '')}\n${fenced([entry(10)])}`)).toMatchObject({
      planned: [{ used_frame_id: 10 }],
    });
  });

  it('passes over a list that was only thought', () => {
    const reply = `<think>${fenced([entry(20)])}</think>\n${fenced([entry(10)])}`;

    expect(usedIds(reply)).toEqual([10]);
  });

  it.each([
    ['prose', 'I would answer B.', 'it holds no valid JSON'],
    ['an object', fenced({ pictures: 2 }), 'the JSON is not an array'],
    ['an empty array', fenced([]), 'the array is empty'],
    ['broken JSON', fenced('[{"reference_image_id": 10,'), 'it holds no valid JSON'],
    ['a list of numbers', fenced([1, 2]), 'entry 1 of the array is not an object'],
  ])('B5: complains about %s', (_, reply, complaint) => {
    expect(plan(reply)).toEqual({ complaint });
  });

  it.each([
    ['an id that was shown', 20, 20],
    ['the nearest one', 26, 30],
    ['the lower of two', 25, 20],
    ['one below all', -5, 10],
    ['one above all', 5000, 30],
  ])('B6: uses %s', (_, asked, used) => {
    expect(plan(fenced([entry(asked)]))).toMatchObject({
      planned: [{ asked_frame_id: asked, used_frame_id: used }],
    });
  });

  it('D19: takes an id written as digits and says so', () => {
    expect(plan(fenced([entry('20')]))).toMatchObject({
      planned: [{ asked_frame_id: 20 }],
      rule: 'fence-json+id-as-text',
    });
  });

  it.each([
    [
      'a missing id',
      [{ prompt: 'x' }],
      'entry 1 of the array: reference_image_id must be the number of a frame',
    ],
    [
      'an id in words',
      [entry('Frame 10')],
      'entry 1 of the array: reference_image_id must be the number of a frame',
    ],
    [
      'a fraction',
      [entry(1.5)],
      'entry 1 of the array: reference_image_id must be the number of a frame',
    ],
    [
      'null as id',
      [entry(null)],
      'entry 1 of the array: reference_image_id must be the number of a frame',
    ],
    [
      'a missing prompt',
      [entry(10), { reference_image_id: 10 }],
      'entry 2 of the array: prompt must be a text',
    ],
    ['an empty prompt', [entry(10, ' ')], 'entry 1 of the array: prompt must not be empty'],
    ['a number as prompt', [entry(10, 5)], 'entry 1 of the array: prompt must be a text'],
  ])('D15, D19: refuses the whole plan before any spend for %s', (_, entries, complaint) => {
    expect(plan(fenced(entries))).toEqual({ complaint });
  });

  it('B3: keeps maxImageRequests entries and counts the rest, whatever they hold', () => {
    expect(plan(fenced([entry(10), entry(20), entry(30), { odd: true }]))).toMatchObject({
      planned: [{ used_frame_id: 10 }, { used_frame_id: 20 }],
      dropped: 2,
    });
  });

  it('ignores further members and a prototype in disguise', () => {
    const reply = fenced(
      '[{"reference_image_id": 10, "prompt": "x", "why": 1, "__proto__": {"a": 1}}]',
    );

    expect(plan(reply)).toMatchObject({
      planned: [{ asked_frame_id: 10, used_frame_id: 10, prompt: 'x' }],
    });
  });
});
