import { describe, expect, it } from 'vitest';
import { answerPrompt } from '../../../domain/prompts/answer-prompt.ts';
import { canonicalJson, sha256Hex } from '../../../domain/hashing.ts';
import {
  numberFrames,
  planPrompt,
  promptVersion,
  repairPrompt,
} from '../../../domain/prompts/plan-prompt.ts';

const frames = [
  { frameId: 7, timeSeconds: 3.5, sha256: 'aa', mediaType: 'image/jpeg' },
  { frameId: 120, timeSeconds: 60, sha256: 'bb', mediaType: 'image/png' },
];
const others = [{ frameId: 7, timeSeconds: null, sha256: 'cc', mediaType: 'image/jpeg' }];
const options = [
  { letter: 'A', text: 'red' },
  { letter: 'B', text: 'blue' },
];
const plan = planPrompt({ question: 'Which colour?', videos: [frames], maxImageRequests: 3 });
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
    const about = { question: 'Which colour?', options, videos: [frames], maxImageRequests: 3 };

    expect(texts(planPrompt(about)).at(-1)).toBe('Question: Which colour?\n(A) red\n(B) blue');
  });

  it('tells frames of several videos apart, whose own numbers are equal', () => {
    const question = 'Is the ball of <video> in <video>?';
    const several = planPrompt({ question, videos: [frames, others], maxImageRequests: 3 });

    const announced = texts(several).filter((text) => text.includes('Frame ID'));
    expect(announced.map((text) => /Frame ID: (\d+)/.exec(text)?.[1])).toEqual(['1', '2', '3']);
    expect(announced.map((text) => /video (\d)/.exec(text)?.[1])).toEqual(['1', '1', '2']);
    expect(announced.map((text) => text.includes('60 s'))).toEqual([false, true, false]);
    expect(texts(several).at(-1)).toBe('Question: Is the ball of (video 1) in (video 2)?');
  });
});

describe('numberFrames', () => {
  it('knows which frame of which video an id means', () => {
    expect(numberFrames([frames]).map(({ id }) => id)).toEqual([7, 120]);
    expect(numberFrames([frames, others])[2]).toEqual({ id: 3, frame: others[0], video: 1 });
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

describe('promptVersion', () => {
  it('is raised whenever a prompt changes, because it is part of what a run is', () => {
    const asking = (of: typeof options) =>
      answerPrompt({
        item: { question: of === options ? 'Which colour?' : 'q', options: of },
        videos: [frames],
        prompt: {},
      });
    const all = canonicalJson([plan, asking(options), asking([]), repairPrompt(plan, 'r', 'c')]);

    expect({ promptVersion, texts: sha256Hex(all).slice(0, 16) }).toMatchInlineSnapshot(`
      {
        "promptVersion": "1",
        "texts": "a1b82972a8f96874",
      }
    `);
  });
});
