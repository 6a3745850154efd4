import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerPrompt, type AskedVideos } from '../../../domain/prompts/answer-prompt.ts';
import { parseAnswer } from '../../../domain/replies/answer-parsing.ts';
import { suitePrompt } from '../../../domain/prompts/suite-prompts.ts';
import { parseWholeReply } from '../../../domain/replies/whole-reply.ts';
import { formatQuestion } from '../../../simulator/world/question-grammar.ts';
import { colours, describeObject } from '../../../simulator/world/vocabulary.ts';
import { frameJpeg, videoWithEvent } from './pictures.ts';
import { type ChatReply, dataUri, type OpenProvider, openProvider } from './provider-client.ts';

const { video, event, quietFrames } = videoWithEvent();
const { object } = event.actor;
const others = colours.filter((colour) => colour !== object.colour).slice(0, 3);
const question = formatQuestion({
  kind: 'colour',
  subject: object.shape,
  options: [...others.slice(0, 1), object.colour, ...others.slice(1)],
});
const options = [...others.slice(0, 1), object.colour, ...others.slice(1)].map((text, n) => ({
  letter: 'ABCD'[n]!,
  text,
}));
const [sentence = ''] = question.split('\n');

let provider: OpenProvider;
let decisive: Buffer;
let quiet: Buffer;
beforeAll(async () => {
  provider = await openProvider();
  decisive = await frameJpeg(video, event.startFrame);
  quiet = await frameJpeg(video, quietFrames[0] ?? 0);
});
afterAll(() => provider.dispose());

/** Sends what the product sends about these pictures, and gives the words of the reply. */
async function replyTo(
  item: AskedVideos['item'],
  videos: readonly (readonly Buffer[])[],
  prompt: AskedVideos['prompt'] = {},
): Promise<string> {
  const named = videos.map((pictures) =>
    pictures.map((jpeg, frameId) => ({
      jpeg,
      frameId,
      timeSeconds: frameId,
      sha256: createHash('sha256').update(jpeg).digest('hex'),
      mediaType: 'image/jpeg',
    })),
  );
  const request = answerPrompt({ item, videos: named, prompt });
  const bytes = new Map(named.flat().map(({ sha256, jpeg }) => [sha256, jpeg]));
  const content = request.parts.map((part) =>
    part.type === 'text'
      ? part
      : { type: 'image_url', image_url: { url: dataUri(bytes.get(part.sha256)!) } },
  );
  const system = request.system === null ? [] : [{ role: 'system', content: request.system }];
  const messages = [...system, { role: 'user', content }];
  const response = await provider.chat({ model: 'simulated-vlm', messages });
  const reply = (await response.json()) as ChatReply;
  return reply.choices[0]?.message.content ?? '';
}
const multipleChoice = { question, options };
const open = { question: 'What happens?', options: [] };

describe('the simulated chat model asked in the words of a suite', () => {
  it.each(['mvbench', 'nextqa', 'videomme'] as const)(
    'answers %s with the letter that it sees, alone',
    async (name) => {
      const suite = suitePrompt(name);

      expect(await replyTo(multipleChoice, [[quiet, decisive]], { suite })).toBe('(B)');
    },
  );

  it('says so when it guesses the letter, which is still read and still comes first', async () => {
    const reply = await replyTo(multipleChoice, [[quiet]], { suite: suitePrompt('mvbench') });

    expect(reply).toContain('simulated guess');
    const letter = parseAnswer(reply, options)?.answer;
    expect(reply).toMatch(new RegExp(`^\\(${letter}\\)\\s`));
  });

  it.each(['videoqa', 'activitynet-qa'] as const)(
    'answers %s with a few words, of what it sees',
    async (name) => {
      const reply = await replyTo(open, [[quiet, decisive]], { suite: suitePrompt(name) });

      expect(reply).toContain(describeObject(object));
      expect(parseAnswer(reply, [])?.answer).toBe(reply);
    },
  );

  it.each(['vcgbench', 'mlvu'] as const)('answers %s in sentences', async (name) => {
    const reply = await replyTo(open, [[decisive]], { suite: suitePrompt(name) });

    expect(reply).toMatch(/^\[simulated\] .*\.$/);
    expect(parseWholeReply(reply)?.answer).toContain(describeObject(object));
  });
});

describe('the simulated chat model asked for a caption', () => {
  const caption = { question: 'Describe the video.', options: [], task: 'caption' as const };

  it.each([{}, { suite: suitePrompt('recaption') }])('names what it sees: %j', async (prompt) => {
    const reply = await replyTo(caption, [[quiet, decisive]], prompt);

    expect(parseWholeReply(reply)?.answer).toContain(describeObject(object));
    expect(reply).toBe(await replyTo(caption, [[quiet, decisive]], prompt));
    expect(reply).not.toBe(await replyTo(caption, [[quiet]], prompt));
  });
});

describe('the simulated chat model asked about several videos', () => {
  it.each([
    sentence,
    `Compare <video> with <video>. ${sentence}`,
    `<video> and <video>: ${sentence}`,
  ])('finds the question and its options around the frames: %j', async (words) => {
    const item = { question: words, options };

    const seen = await replyTo(item, [[quiet], [quiet, decisive]]);

    expect(parseAnswer(seen, options)?.answer).toBe('B');
    expect(seen).not.toContain('simulated guess');
    expect(await replyTo(item, [[quiet], [quiet]])).toContain('simulated guess');
  });
});

describe('the simulated chat model asked without frames', () => {
  it('guesses an option, says so, and sees nothing', async () => {
    const reply = await replyTo(multipleChoice, [[]]);

    expect(reply).toContain('simulated guess');
    expect(reply).toContain('Of 0 frames');
    expect('ABCD').toContain(parseAnswer(reply, options)?.answer);
  });
});
