import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatQuestion } from '../../../simulator/world/question-grammar.ts';
import { colours } from '../../../simulator/world/vocabulary.ts';
import { frameJpeg, photoLikeNoise, videoWithEvent } from './pictures.ts';
import {
  answeringRequest,
  fencedJson,
  openProvider,
  plainRequest,
  planningRequest,
} from './provider-client.ts';
import type { ChatReply, OpenProvider } from './provider-client.ts';

const { video, event, pair, quietFrames } = videoWithEvent();
const subject = event.actor.object;
const otherColours = colours.filter((colour) => colour !== subject.colour).slice(0, 3);
const colourQuestion = {
  kind: 'colour',
  subject: subject.shape,
  options: [...otherColours.slice(0, 2), subject.colour, ...otherColours.slice(2)],
} as const;

let provider: OpenProvider;
beforeAll(async () => {
  provider = await openProvider();
});
afterAll(() => provider.dispose());

const ask = async (body: unknown) => (await (await provider.chat(body)).json()) as ChatReply;

describe('the simulated chat model asked for a plan', () => {
  it('asks for one picture per option, each on a frame without an event', async () => {
    const frames = [event.startFrame, ...quietFrames.slice(0, 3)].map(async (frameId) => ({
      frameId,
      jpeg: await frameJpeg(video, frameId),
    }));

    const reply = await ask(
      planningRequest(formatQuestion(colourQuestion), await Promise.all(frames)),
    );

    const plan = fencedJson(reply) as { reference_image_id: number; prompt: string }[];
    expect(reply.choices[0]?.message.content).toMatch(/^\[simulated\]/);
    expect(plan.map(({ prompt }) => prompt)).toEqual(
      colourQuestion.options.map((colour) =>
        expect.stringContaining(` ${colour} ${subject.shape} in view`),
      ),
    );
    for (const { reference_image_id: id } of plan) expect(quietFrames.slice(0, 3)).toContain(id);
  });

  it('plans for real footage from the words of the options', async () => {
    const question = 'What does the cook add first?\n(A) salt\n(B) flour\n(C) milk\n(D) eggs';

    const reply = await ask(
      planningRequest(question, [{ frameId: 5, jpeg: await photoLikeNoise(1) }]),
    );

    const plan = fencedJson(reply) as { reference_image_id: number; prompt: string }[];
    expect(plan).toHaveLength(4);
    expect(plan[1]).toMatchObject({ reference_image_id: 5 });
    expect(plan[1]?.prompt).toContain('flour');
  });

  it('asks for one or two pictures where the question has no options', async () => {
    const jpeg = await photoLikeNoise(2);

    const reply = await ask(planningRequest('Why does he wave?', [{ frameId: 5, jpeg }]));

    expect(fencedJson(reply)).toHaveLength(2);
  });
});

describe('the simulated chat model asked for an answer', () => {
  it('names the colour it sees', async () => {
    const frames = [
      await frameJpeg(video, quietFrames[0] ?? 0),
      await frameJpeg(video, event.startFrame),
    ];

    const reply = await ask(answeringRequest(formatQuestion(colourQuestion), frames));

    expect(fencedJson(reply)).toEqual({ answer: 'C' });
    expect(reply.choices[0]?.message.content).not.toContain('simulated guess');
  });

  it('names the shape that joins another object', async () => {
    const joining = pair.joining?.object.shape ?? 'circle';
    const options = [joining, ...(['star', 'ring', 'cross'] as const)].filter(
      (shape, index) => index === 0 || shape !== joining,
    );
    const question = { kind: 'joins', subject: pair.actor.object, options } as const;

    const reply = await ask(
      answeringRequest(formatQuestion(question), [await frameJpeg(video, pair.endFrame - 1)]),
    );

    expect(fencedJson(reply)).toEqual({ answer: 'A' });
  });

  it('guesses, and says so, when the frames do not show the event', async () => {
    const frames = await Promise.all(
      quietFrames.slice(0, 3).map((frame) => frameJpeg(video, frame)),
    );

    const reply = await ask(answeringRequest(formatQuestion(colourQuestion), frames));

    expect(reply.choices[0]?.message.content).toContain('simulated guess');
    expect((fencedJson(reply) as { answer: string }).answer).toMatch(/^[A-D]$/);
  });

  it('guesses among the options of a question about real footage', async () => {
    const question = 'Who leaves?\n(A) Ann\n(B) Bob\n(C) Cy\n(D) Dee\n(E) Eve';

    const replies = await Promise.all(
      [1, 2, 3, 4, 5, 6].map(async (seed) =>
        ask(answeringRequest(question, [await photoLikeNoise(seed)])),
      ),
    );

    for (const reply of replies) {
      expect(reply.choices[0]?.message.content).toContain('simulated guess');
      expect((fencedJson(reply) as { answer: string }).answer).toMatch(/^[A-E]$/);
    }
    expect(new Set(replies.map((reply) => JSON.stringify(fencedJson(reply)))).size).toBeGreaterThan(
      1,
    );
  });
});

describe('a reply of the simulated chat model', () => {
  it('is a pure function of the request and the seed', async () => {
    const body = answeringRequest(formatQuestion(colourQuestion), [await frameJpeg(video, 0)]);
    const twin = await openProvider();
    const other = await openProvider({ seed: 8 });

    const texts = await Promise.all(
      [provider, provider, twin, other].map(async (server) => (await server.chat(body)).text()),
    );
    await twin.dispose();
    await other.dispose();

    expect(texts[1]).toBe(texts[0]);
    expect(texts[2]).toBe(texts[0]);
    expect(texts[3]).not.toBe(texts[0]);
  });

  it('counts tokens for words and pictures and ends at max_tokens', async () => {
    const body = answeringRequest('Who?\n(A) x\n(B) y', [await photoLikeNoise(9)], {
      max_tokens: 5,
    });

    const reply = await ask(body);

    expect(reply.usage.prompt_tokens).toBeGreaterThan(85);
    expect(reply.usage.completion_tokens).toBe(5);
    expect(reply.choices[0]?.finish_reason).toBe('length');
  });

  it.each([
    ['no messages', { model: 'm', messages: [] }],
    ['a stream', { ...plainRequest('x'), stream: true }],
    ['a link to a picture', linkRequest()],
    ['a broken picture', answeringRequest('x', [Buffer.from('none')])],
  ])('is a 400 for %s', async (_, body) => {
    const response = await provider.chat(body);

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
  });
});

function linkRequest() {
  const part = { type: 'image_url', image_url: { url: 'https://example.org/a.jpg' } };
  return { model: 'm', messages: [{ role: 'user', content: [part] }] };
}
