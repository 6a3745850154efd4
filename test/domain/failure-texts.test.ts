import { describe, expect, expectTypeOf, it } from 'vitest';
import { parseAnswer } from '../../domain/answer-parsing.ts';
import { type ChatReply, readChatEnvelope } from '../../domain/chat-envelope.ts';
import type { Envelope } from '../../domain/envelope.ts';
import type { ClassifiedFailure } from '../../domain/error-table.ts';
import { legalAnswer } from '../../domain/scoring.ts';

/** What harnesses and clients have put in the place of an answer, as their users report it. */
const failureTexts = [
  "[LMMS_EVAL_REQUEST_FAILED after 5 retries] Error code: 429 - {'error': {'message': 'Rate limit reached'}}",
  '[LMMS_EVAL_REQUEST_FAILED after 5 retries] Request timed out.',
  '[LMMS_EVAL_REQUEST_FAILED after 5 retries] Connection error.',
  "[LMMS_EVAL_REQUEST_FAILED after 5 retries] Error code: 500 - {'detail': 'Internal Server Error'}",
  "[LMMS_EVAL_REQUEST_FAILED after 5 retries] Error code: 400 - {'error': {'message': 'A valid image is required'}}",
  '[LMMS_EVAL_BUDGET_EXCEEDED]',
  'Failed to obtain answer via API.',
  'Failed to obtain answer via API. Error: A connection could not be made',
  "Error code: 401 - {'error': {'message': 'Incorrect API key provided'}}",
  'Error code: 503',
  'Exception: timed out after 180 s',
  'HTTP 429: Too Many Requests',
  'HTTPError: 502 Server Error: Bad Gateway for url: http://host/v1/chat/completions',
  'Request timed out.',
  'Connection error.',
  'Connection reset by peer',
  'APIConnectionError: Connection error.',
  'openai.APITimeoutError: Request timed out.',
  'RateLimitError: rate limit exceeded, please retry in 20 s',
  '500 Internal Server Error',
  '{"error": {"message": "A server error occurred", "code": "C"}}',
  '{"object": "error", "message": "B", "code": 500}',
  '{"detail": "D"}',
  '<!DOCTYPE html><html><body><h1>A</h1>Sign in</body></html>',
  '<html><head><title>502 Bad Gateway</title></head></html>',
  "I'm sorry, but I cannot help with that. A",
  'Unable to process the input image. A valid image is required.',
  'None',
  'null',
  'N/A',
  '',
];

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
