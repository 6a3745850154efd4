import { describe, expect, it } from 'vitest';
import {
  answerPrompt,
  type AskedVideos,
  shownOrder,
  takesWholeReply,
} from '../../../domain/prompts/answer-prompt.ts';
import type { ChatRequest } from '../../../domain/calls/model-call.ts';
import { suitePrompt } from '../../../domain/prompts/suite-prompts.ts';

const frame = (sha256: string, frameId: number, timeSeconds: number | null = frameId / 2) => ({
  frameId,
  timeSeconds,
  sha256,
  mediaType: 'image/jpeg',
});
const first = [frame('a0', 0), frame('a9', 9)];
const second = [frame('b4', 4)];
const options = [
  { letter: 'A', text: 'red' },
  { letter: 'B', text: 'blue' },
];
const colour = { question: 'Which colour?', options };
const asked = (about: Partial<AskedVideos> = {}): ChatRequest =>
  answerPrompt({ item: colour, videos: [first], prompt: {}, ...about });

/** Pictures by their names, texts as they are. */
const outline = ({ parts }: ChatRequest): string[] =>
  parts.map((part) => (part.type === 'text' ? part.text : `[${part.sha256}]`));
/** What stands between the introduction and what to do. */
const body = (request: ChatRequest): string[] => outline(request).slice(1, -1);

describe('answerPrompt', () => {
  it('B11: shows all frames without ids or times, then the question', () => {
    expect(body(asked())).toEqual(['[a0]', '[a9]', 'Question: Which colour?\n(A) red\n(B) blue']);
    expect(outline(asked()).join('\n')).not.toMatch(/frame id|video \d|\bs:/i);
  });

  it('B11: asks for reasoning and then a fenced letter of the options', () => {
    const closing = outline(asked()).at(-1);

    expect(closing).toMatch(/reason/);
    expect(closing).toContain('```json');
    expect(closing).toContain('{"answer": "A"}');
    expect(closing).toContain('A, B');
  });

  it('B11: asks for a short text where there are no options', () => {
    const open = asked({ item: { question: 'Which colour?', options: [] } });

    expect(outline(open).at(-1)).toContain('{"answer": "a few words"}');
    expect(body(open).at(-1)).toBe('Question: Which colour?');
  });

  it.each([
    'Which colour?\n(A) red\n(B) blue',
    'Which colour?\nA. red\nB. blue',
    'Which colour? A: red; B: blue',
  ])('leaves a question alone that lists its options: %j', (question) => {
    expect(body(asked({ item: { question, options } })).at(-1)).toBe(`Question: ${question}`);
  });

  it.each([
    [{ frameIds: true }, ['Frame ID: 0:', 'Frame ID: 9:']],
    [{ timestamps: true }, ['0 s:', '4.5 s:']],
    [{ frameIds: true, timestamps: true }, ['Frame ID: 0, 0 s:', 'Frame ID: 9, 4.5 s:']],
  ] as const)('puts a line before each frame where it is asked for: %j', (prompt, [one, two]) => {
    expect(body(asked({ prompt })).slice(0, 4)).toEqual([one, '[a0]', two, '[a9]']);
  });

  it('leaves out a time that nobody knows', () => {
    const videos = [[frame('a0', 3, null)]];

    expect(body(asked({ videos, prompt: { timestamps: true } }))[0]).toBe('[a0]');
    const both = asked({ videos, prompt: { timestamps: true, frameIds: true } });
    expect(body(both).slice(0, 2)).toEqual(['Frame ID: 3:', '[a0]']);
  });
});

describe('several videos', () => {
  const videos = [first, second];
  const about = (question: string) => ({ item: { question, options: [] }, videos });

  it('labels each frame by its video and its time', () => {
    expect(body(asked(about('What differs?')))).toEqual([
      'Video 1, 0 s:',
      '[a0]',
      'Video 1, 4.5 s:',
      '[a9]',
      'Video 2, 2 s:',
      '[b4]',
      'Question: What differs?',
    ]);
    expect(outline(asked(about('What differs?')))[0]).toMatch(/2 of video 1, 1 of video 2/);
  });

  it('puts the frames of the n-th video where the n-th mark stands', () => {
    const request = asked(about('He eats in <video>, and what does he do in <video> afterwards?'));

    expect(body(request)).toEqual([
      'Question: He eats in ',
      'Video 1, 0 s:',
      '[a0]',
      'Video 1, 4.5 s:',
      '[a9]',
      ', and what does he do in ',
      'Video 2, 2 s:',
      '[b4]',
      ' afterwards?',
    ]);
  });

  it('puts a video that is an option behind its letter', () => {
    const marked = ['<video>', '<video>'].map((text, n) => ({ letter: 'AB'[n]!, text }));
    const request = asked({ item: { question: 'Where is it?', options: marked }, videos });

    expect(body(request).filter((part) => !part.startsWith('Video'))).toEqual([
      'Question: Where is it?\n(A) ',
      '[a0]',
      '[a9]',
      '\n(B) ',
      '[b4]',
    ]);
  });

  it('shows videos without a mark before the question, and keeps a mark too many as text', () => {
    const pictures = (question: string) =>
      body(asked(about(question))).filter((part) => !part.startsWith('Video'));

    expect(pictures('Does <video> go on?')).toEqual([
      '[b4]',
      'Question: Does ',
      '[a0]',
      '[a9]',
      ' go on?',
    ]);
    expect(pictures('<video><video><video>')).toEqual([
      'Question: ',
      '[a0]',
      '[a9]',
      '[b4]',
      '<video>',
    ]);
  });

  it('tells the order in which it shows them', () => {
    const order = (question: string) =>
      shownOrder({ item: { question, options: [] }, prompt: {} }, 3);

    expect(order('What differs?')).toEqual([0, 1, 2]);
    expect(order('Does <video> go on?')).toEqual([1, 2, 0]);
    expect(order('<video>, <video> or <video>?')).toEqual([0, 1, 2]);
  });

  it('says so where the budget leaves no frame for a marked video', () => {
    const request = asked({ ...about('Is <video> before <video>?'), videos: [first, []] });

    expect(body(request).at(-2)).toMatch(/video 2.*no frame/);
    expect(body(request).at(-1)).toBe('?');
  });
});

describe('without frames', () => {
  it('says that none are given and asks the question alone', () => {
    const blind = asked({ videos: [[]] });

    expect(outline(blind)).toHaveLength(3);
    expect(outline(blind)[0]).toMatch(/no frames/i);
    expect(body(blind)).toEqual(['Question: Which colour?\n(A) red\n(B) blue']);
    expect(outline(blind).at(-1)).not.toMatch(/frame/);
    expect(outline(blind).at(-1)).toContain('{"answer": "A"}');
  });

  it('has words for the marks', () => {
    const question = 'Is <video> before <video>?';
    const blind = asked({ item: { question, options: [] }, videos: [[], []] });

    expect(body(blind)).toEqual(['Question: Is (video 1) before (video 2)?']);
  });
});

describe('a caption', () => {
  const item = { question: 'Describe the video.', options: [], task: 'caption' as const };

  it('is asked for in plain text, without a form for the answer', () => {
    const request = asked({ item });

    expect(body(request)).toEqual(['[a0]', '[a9]', 'Describe the video.']);
    expect(outline(request).join('\n')).not.toMatch(/json|"answer"|Question:/);
    expect(takesWholeReply({ item, prompt: {} })).toBe(true);
  });

  it('is asked for in the words of a suite that has some, instead of the item’s', () => {
    const suite = suitePrompt('recaption');

    const request = asked({ item, prompt: { suite } });

    expect(body(request)).toEqual(['[a0]', '[a9]', suite.requests.caption?.words]);
  });
});

describe('the words of a suite', () => {
  it('stand after the question with the letters of the item, and its system prompt before all', () => {
    const suite = suitePrompt('mvbench');

    const request = asked({ prompt: { suite } });

    expect(request.system).toBe(suite.system);
    expect(body(request)).toEqual(body(asked()));
    expect(outline(request).at(-1)).toContain('(A)');
    expect(outline(request).at(-1)).not.toMatch(/json|\{/);
  });

  it('leave a task alone that the suite does not know', () => {
    const suite = suitePrompt('mvbench');
    const item = { question: 'Why?', options: [] };

    expect(asked({ item, prompt: { suite } })).toEqual(asked({ item }));
  });

  it('say whether the whole reply is the answer', () => {
    const item = { question: 'Why?', options: [] };
    const isWhole = (name: Parameters<typeof suitePrompt>[0]) =>
      takesWholeReply({ item, prompt: { suite: suitePrompt(name) } });

    expect([isWhole('videoqa'), isWhole('mvbench')]).toEqual([true, false]);
  });
});
