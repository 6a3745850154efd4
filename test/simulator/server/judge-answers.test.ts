import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgePrompt, type Judged } from '../../../domain/judging/judge-prompt.ts';
import { parseJudgeReply } from '../../../domain/judging/judge-reply.ts';
import type { JudgeDimension } from '../../../domain/judging/judge-contract.ts';
import { openProvider } from './provider-client.ts';
import type { ChatReply, OpenProvider } from './provider-client.ts';

let provider: OpenProvider;
beforeAll(async () => {
  provider = await openProvider();
});
afterAll(() => provider.dispose());

const gold = 'a man lifts a red box';
/** As the product sends it. */
async function ask(judged: Judged, dimension: JudgeDimension | null = null) {
  const { system, parts } = judgePrompt(dimension, judged);
  const content = parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  const messages = [
    { role: 'system', content: system },
    { role: 'user', content },
  ];
  const reply = await provider.chat({ model: 'judge-1', messages });
  return ((await reply.json()) as ChatReply).choices[0]!.message.content;
}
const judge = async (answer: string, dimension: JudgeDimension | null = null) =>
  parseJudgeReply(await ask({ question: 'What happens?', gold, answer }, dimension), dimension);

describe('the simulated chat model asked to judge', () => {
  it('judges by the words that answer and reference have in common', async () => {
    expect(await judge(gold)).toEqual({ verdict: 'yes', score: 5 });
    expect(await judge('a red box')).toEqual({ verdict: 'yes', score: 4 });
    expect(await judge('rain falls')).toEqual({ verdict: 'no', score: 0 });
  });

  it('gives a score alone where only that is asked for', async () => {
    expect(await judge(gold, 'DO')).toEqual({ verdict: null, score: 5 });
  });

  it('scores a pair by its worse answer', async () => {
    const second = { question: 'What goes on?', answer: 'rain falls' };

    const reply = await ask({ question: 'What happens?', gold, answer: gold, second }, 'CO');

    expect(parseJudgeReply(reply, 'CO')).toEqual({ verdict: null, score: 0 });
  });

  it('says the same to the same request, in several ways of writing', async () => {
    const answers = Array.from({ length: 12 }, (_, n) => `a red box ${n}`);

    const replies = await Promise.all(
      answers.map((answer) => ask({ question: 'What happens?', gold, answer })),
    );
    const again = await ask({ question: 'What happens?', gold, answer: answers[3]! });

    expect(again).toBe(replies[3]);
    expect(replies.some((reply) => reply.startsWith('{"'))).toBe(true);
    expect(replies.some((reply) => reply.startsWith('```json'))).toBe(true);
    expect(replies.some((reply) => reply.startsWith("{'"))).toBe(true);
  });

  it('understands a judge that shows its texts as lines, and is billed like any call', async () => {
    const before = (await provider.bill()).billed;
    const content =
      'Question: What happens?\nCorrect Answer: a red box\nPredicted Answer: a box\n' +
      "Reply as a Python dictionary such as {'pred': 'yes', 'score': 4.8}.";

    const reply = await provider.chat({ model: 'j', messages: [{ role: 'user', content }] });

    const said = ((await reply.json()) as ChatReply).choices[0]!.message.content;
    expect(parseJudgeReply(said, null)).toEqual({ verdict: 'yes', score: 4 });
    expect((await provider.bill()).billed).toBe(before + 1);
  });
});
