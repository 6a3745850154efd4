import { describe, expect, expectTypeOf, it } from 'vitest';
import { parseAnswer } from '../../domain/replies/answer-parsing.ts';
import { type ChatReply, readChatEnvelope } from '../../domain/calls/chat-envelope.ts';
import type { Envelope } from '../../domain/calls/envelope.ts';
import type { ClassifiedFailure } from '../../domain/errors/error-table.ts';
import { legalAnswer } from '../../domain/scoring.ts';
import { failureTexts } from '../support/failure-texts.ts';

const texts = [
  'A man opens the door',
  'A dog barks',
  'A child runs',
  'A car stops',
  'A bird sings',
];
const options = (count: number) =>
  texts.slice(0, count).map((text, at) => ({ letter: 'ABCDE'[at]!, text }));

describe.each([4, 5])('D5: with %i options', (count) => {
  it.each(failureTexts)('%j is no answer', (text) => {
    expect(parseAnswer(text, options(count))).toBeNull();
  });

  it('no text of a failure is a legal answer by itself', () => {
    const question = { gold: 'A', options: options(count) };

    expect(failureTexts.filter((text) => legalAnswer(text, question) !== null)).toEqual([]);
  });
});

describe('D5: to an open question', () => {
  // A sentence that no rule can tell from an answer never gets here: a failed call has no text.
  const toldApart = failureTexts.filter((text) => /[[{<]|error|fail|exceeded|^$/i.test(text));

  it.each(toldApart)('%j is no answer', (text) => {
    expect(parseAnswer(text, [])).toBeNull();
  });
});

describe('D5: a failed call', () => {
  it('has no text that a parser could be given', () => {
    // The parser is given the text of a `ChatReply`, and only an accepted envelope makes one.
    expectTypeOf<Extract<Envelope<ChatReply>, { ok: false }>>().not.toHaveProperty('value');
    expectTypeOf<Extract<Envelope<ChatReply>, { ok: true }>>().toHaveProperty('value');
    expectTypeOf<ClassifiedFailure>().not.toHaveProperty('text');

    const body = new TextEncoder().encode('{"error": {"message": "The answer is B"}}');
    const headers = { 'content-type': 'application/json' };
    for (const status of [200, 400, 500]) {
      const envelope = readChatEnvelope('openai', { status, headers, body });
      expect(JSON.stringify(envelope)).not.toContain('answer is B');
    }
  });
});
