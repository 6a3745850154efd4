import { describe, expect, it } from 'vitest';
import { canonicalJson, sha256Hex } from '../../domain/hashing.ts';
import { answerPrompt, planPrompt, promptVersion, repairPrompt } from '../../domain/prompts.ts';

const frames = [
  { frameId: 7, sha256: 'aa', mediaType: 'image/jpeg' },
  { frameId: 120, sha256: 'bb', mediaType: 'image/png' },
];
const options = [
  { letter: 'A', text: 'red' },
  { letter: 'B', text: 'blue' },
];
const plan = planPrompt({ question: 'Which colour?', frames, maxImageRequests: 3 });
const answer = answerPrompt({ question: 'Which colour?', options, frames });
const texts = ({ parts }: typeof plan) =>
  parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));

describe('planPrompt', () => {
  it('B2: announces each frame by the number in its name, right before its picture', () => {
    expect(plan.parts.slice(1, 5)).toEqual([
      { type: 'text', text: 'This is Frame ID: 7' },
      { type: 'image', sha256: 'aa', mediaType: 'image/jpeg' },
      { type: 'text', text: 'This is Frame ID: 120' },
      { type: 'image', sha256: 'bb', mediaType: 'image/png' },
    ]);
  });

  it('B3: opens with an introduction and closes with the question', () => {
    expect(plan.parts[0]?.type).toBe('text');
    expect(plan.parts.at(-1)).toEqual({ type: 'text', text: 'Question: Which colour?' });
  });

  it('B3: asks for a fenced array of requests, bounded, and forbids answering', () => {
    expect(plan.system).toContain('```json');
    expect(plan.system).toContain('"reference_image_id"');
    expect(plan.system).toContain('"prompt"');
    expect(plan.system).toMatch(/at most 3\b/);
    expect(plan.system).toMatch(/do not answer/i);
    expect(JSON.stringify(plan)).not.toContain('\\"answer\\"');
  });

  it('adds options that the question does not list', () => {
    const listed = planPrompt({ question: 'Which colour?', options, frames, maxImageRequests: 3 });

    expect(texts(listed).at(-1)).toBe('Question: Which colour?\n(A) red\n(B) blue');
  });
});

describe('repairPrompt', () => {
  it('B5, D15: keeps the request and adds the reply with what is wrong with it', () => {
    const repaired = repairPrompt(plan, 'I answer B', 'it holds no valid JSON');

    expect(repaired.parts).toEqual(plan.parts);
    expect(repaired.repair?.reply).toBe('I answer B');
    expect(repaired.repair?.complaint).toContain('it holds no valid JSON');
  });
});

describe('answerPrompt', () => {
  it('B11: shows all frames without ids or times, then the question', () => {
    expect(answer.parts.slice(1, 3).map((part) => part.type)).toEqual(['image', 'image']);
    expect(texts(answer).join('\n')).not.toMatch(/frame id/i);
    expect(texts(answer)[1]).toBe('Question: Which colour?\n(A) red\n(B) blue');
  });

  it('B11: asks for reasoning and then a fenced letter of the options', () => {
    const ask = texts(answer).at(-1);

    expect(ask).toMatch(/reason/);
    expect(ask).toContain('```json');
    expect(ask).toContain('{"answer": "A"}');
    expect(ask).toContain('A, B');
  });

  it('B11: asks for a short text where there are no options', () => {
    const open = answerPrompt({ question: 'Which colour?', options: [], frames });

    expect(texts(open).at(-1)).toContain('{"answer": "a few words"}');
    expect(texts(open)[1]).toBe('Question: Which colour?');
  });

  it.each([
    'Which colour?\n(A) red\n(B) blue',
    'Which colour?\nA. red\nB. blue',
    'Which colour? A: red; B: blue',
  ])('leaves a question alone that lists its options: %j', (question) => {
    expect(texts(answerPrompt({ question, options, frames }))[1]).toBe(`Question: ${question}`);
  });
});

describe('promptVersion', () => {
  it('is raised whenever a prompt changes, because it is part of what a run is', () => {
    const open = answerPrompt({ question: 'q', options: [], frames });
    const all = canonicalJson([plan, answer, open, repairPrompt(plan, 'r', 'c')]);

    expect({ promptVersion, texts: sha256Hex(all).slice(0, 16) }).toMatchInlineSnapshot(`
      {
        "promptVersion": "1",
        "texts": "a1b82972a8f96874",
      }
    `);
  });
});
