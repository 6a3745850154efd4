import { describe, expect, it } from 'vitest';
import { parseWholeReply } from '../../../domain/replies/whole-reply.ts';

const long = `${'A cook stirs a pan of onions while another one washes plates. '.repeat(20)}\n\nThey leave.`;

describe('parseWholeReply', () => {
  it('takes a text of any length and any number of lines as it is', () => {
    expect(parseWholeReply(`  ${long}\n`)).toEqual({
      answer: long.trim(),
      answerText: long.trim(),
      rule: 'whole-reply',
    });
  });

  it('leaves out what the model thought to itself', () => {
    expect(parseWholeReply('<think>Is it a cat?</think>A cat sleeps.')?.answer).toBe(
      'A cat sleeps.',
    );
  });

  it.each([
    '',
    '  \n',
    '<think>nothing else</think>',
    'I am sorry, but I can’t help with that. Ask me something else about it.',
    "Unfortunately, I'm unable to describe people. They may be private.",
    'As an AI, I have no eyes.',
    'Request timed out',
    'Error: 500 internal server error',
    '{"error": {"message": "overloaded"}}',
    '<html><body>Bad gateway</body></html>',
    'Failed to obtain answer via API.',
    '[LMMS_EVAL_REQUEST_FAILED after 5 retries] timeout',
  ])('finds no answer in %j', (reply) => {
    expect(parseWholeReply(reply)).toBeNull();
  });

  it.each([
    'A man shakes his head. His words are shown: I cannot stay.',
    'A sign reads “I can’t wait” above a door.',
    'A woman says "I won\'t go" and sits down.',
  ])('reads what people in the video refuse as a description: %j', (reply) => {
    expect(parseWholeReply(reply)?.answer).toBe(reply);
  });
});
