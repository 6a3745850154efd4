import { describe, expect, it } from 'vitest';
import { parseAnswer } from '../../../domain/replies/answer-parsing.ts';
import type { AnswerOption } from '../../../domain/item.ts';

const options: AnswerOption[] = [
  { letter: 'A', text: 'a red circle' },
  { letter: 'B', text: 'a blue square' },
  { letter: 'C', text: '2' },
  { letter: 'D', text: 'It cannot be told.' },
];

const fenced = (json: string, label = 'json') =>
  `I look at the frames.\n\`\`\`${label}\n${json}\n\`\`\``;

/** [what the reply is like, the reply, the letter or null]. */
const corpus: readonly (readonly [string, string, string | null])[] = [
  // B11, B12: the form that is asked for.
  ['a fenced block', fenced('{"answer": "B"}'), 'B'],
  ['a lower-case letter', fenced('{"answer": "b"}'), 'B'],
  ['spaces around the letter', fenced('{"answer": "  C "}'), 'C'],
  ['brackets around the letter', fenced('{"answer": "(A)"}'), 'A'],
  ['a full stop behind the letter', fenced('{"answer": "A."}'), 'A'],
  ['a bracket behind the letter', fenced('{"answer": "D)"}'), 'D'],
  ['letter and words of the option', fenced('{"answer": "A) a red circle"}'), 'A'],
  ['letter and other words', fenced('{"answer": "A) text"}'), 'A'],
  ['bracketed letter and words', fenced('{"answer": "(B) a blue square"}'), 'B'],
  ['letter, full stop and words', fenced('{"answer": "B. A blue square."}'), 'B'],
  ['letter, colon and words', fenced('{"answer": "B: a blue square"}'), 'B'],
  ['letter, dash and words', fenced('{"answer": "B - a blue square"}'), 'B'],
  ['letter and words without a mark', fenced('{"answer": "B a blue square"}'), 'B'],
  ['the word option', fenced('{"answer": "Option B"}'), 'B'],
  ['a sentence in the block', fenced('{"answer": "The answer is B."}'), 'B'],
  ['emphasis in the block', fenced('{"answer": "**B**"}'), 'B'],
  ['a full-width letter', fenced('{"answer": "Ｂ"}'), 'B'],
  ['full-width brackets', fenced('{"answer": "（Ｃ）"}'), 'C'],
  ['the words of an option', fenced('{"answer": "a blue square"}'), 'B'],
  ['the words of an option, other case', fenced('{"answer": "A Red Circle."}'), 'A'],
  ['a number that is an option', fenced('{"answer": 2}'), 'C'],
  ['a list of one letter', fenced('{"answer": ["B"]}'), 'B'],
  ['further members', fenced('{"reasoning": "red", "answer": "A", "confidence": 0.9}'), 'A'],
  ['an answer inside an object', fenced('{"result": {"answer": "B"}}'), 'B'],
  ['a duplicate key: the last one counts', fenced('{"answer": "A", "answer": "B"}'), 'B'],
  ['a fence without a label', fenced('{"answer": "B"}', ''), 'B'],
  ['a fence labelled JSON', fenced('{"answer": "B"}', 'JSON'), 'B'],
  ['a fence on one line', '```json {"answer": "B"} ```', 'B'],
  ['a fence that is never closed', 'So it is.\n```json\n{"answer": "B"}', 'B'],
  ['bare JSON', '{"answer": "B"}', 'B'],
  ['JSON behind prose', 'It is blue, so {"answer": "B"}', 'B'],
  ['Windows line ends', 'So:\r\n```json\r\n{"answer": "B"}\r\n```\r\n', 'B'],
  // D21: an earlier block in the reasoning does not win.
  ['two fenced blocks', `${fenced('{"answer": "A"}')}\nWait.\n${fenced('{"answer": "B"}')}`, 'B'],
  [
    'a decoy in prose behind the fence',
    `${fenced('{"answer": "B"}')}\nand not {"answer": "A"}`,
    'B',
  ],
  [
    'a later block without an answer',
    `${fenced('{"answer": "B"}')}\n${fenced('{"note": 1}')}`,
    'B',
  ],
  ['a later block that is broken', `${fenced('{"answer": "B"}')}\n${fenced('{"answer": "A')}`, 'B'],
  [
    'a thought with a decoy',
    `<think>maybe {"answer": "A"}</think>\n${fenced('{"answer": "B"}')}`,
    'B',
  ],
  ['a thought without its opening tag', 'perhaps {"answer": "A"}\n</think>\n{"answer": "B"}', 'B'],
  ['a thought that never ends', `<think>it is {"answer": "A"}`, null],
  // Without a block.
  ['Answer: and a letter', 'It is blue.\nAnswer: B', 'B'],
  ['Answer: with emphasis', 'It is blue.\n**Answer:** **B**', 'B'],
  ['a final answer in brackets', 'Final answer: (B)', 'B'],
  ['Answer: with the option', 'Answer: B) a blue square', 'B'],
  ['Answer: with the words alone', 'Answer: a blue square', 'B'],
  ['a sentence', 'I see blue. The correct answer is B.', 'B'],
  ['a sentence with brackets', 'The answer is (B) a blue square.', 'B'],
  ['a sentence with a reason', 'The answer is B because it is blue.', 'B'],
  ['a Chinese sentence', '图中是蓝色方块。\n答案：B', 'B'],
  ['Python quotes', "{'answer': 'B'}", 'B'],
  ['no quotes', '{answer: B}', 'B'],
  ['a trailing comma', '{"answer": "B",}', 'B'],
  ['a boxed letter', 'Hence $\\boxed{B}$', 'B'],
  ['a change of mind', 'The answer is A. No: the answer is B.', 'B'],
  ['a lone letter', 'B', 'B'],
  ['a lone letter on the last line', 'It is blue.\n\n(B).', 'B'],
  ['a lone full-width letter', 'It is blue.\nＢ', 'B'],
  ['Answer on a line of its own', 'It is blue.\nAnswer:\nB', 'B'],
  ['an option as it was listed', '(B) a blue square', 'B'],
  ['the words of an option alone', 'A blue square.', 'B'],
  // Nothing is invented.
  ['a letter that is no option', fenced('{"answer": "E"}'), null],
  [
    'an illegal last word after a legal one',
    `${fenced('{"answer": "A"}')}\n${fenced('{"answer": "E"}')}`,
    null,
  ],
  ['null', fenced('{"answer": null}'), null],
  ['null, then prose with a letter', `${fenced('{"answer": null}')}\nB`, null],
  ['a list of two', fenced('{"answer": ["A", "B"]}'), null],
  ['an empty list', fenced('{"answer": []}'), null],
  ['an object', fenced('{"answer": {"letter": "A"}}'), null],
  ['a number that is no option', fenced('{"answer": 1}'), null],
  ['true', fenced('{"answer": true}'), null],
  ['a block that is a list', fenced('["A"]'), null],
  ['a block that is null', fenced('null'), null],
  ['a block that is a number', fenced('1'), null],
  ['an empty answer', fenced('{"answer": ""}'), null],
  ['two letters', fenced('{"answer": "A or B"}'), null],
  ['two letters with brackets', fenced('{"answer": "A) or B)"}'), null],
  ['letters in a row', fenced('{"answer": "A, B"}'), null],
  ['a negation', fenced('{"answer": "not B"}'), null],
  ['a letter with the words of another option', fenced('{"answer": "A) a blue square"}'), null],
  ['an article', fenced('{"answer": "A valid image is required"}'), null],
  ['an empty reply', '', null],
  ['white space', ' \n ', null],
  ['prose that begins with an article', 'A valid image is required', null],
  ['an article behind Answer:', 'Answer: A valid image is required', null],
  ['two answers in a sentence', 'The answer is A or B.', null],
  ['a sentence that says what it is not', 'The answer is not B.', null],
  ['an option that is ruled out', 'I can rule out option A.', null],
  ['a refusal', 'I cannot tell whether the answer is A.', null],
  ['a refusal with a letter behind it', "I'm sorry, I can't help with that.\nB", null],
  ['an apology as an AI', 'As an AI, I cannot view videos. A', null],
  ['the text of a harness', '[LMMS_EVAL_REQUEST_FAILED after 5 retries: A connection error]', null],
  ['the text of another harness', 'Failed to obtain answer via API. A', null],
  ['a client error', "Error code: 400 - {'error': {'message': 'A valid image is required'}}", null],
  ['an error object', '{"error": {"message": "A", "code": 500}}', null],
  ['a vLLM error object', '{"object": "error", "message": "B"}', null],
  ['a page of markup', '<html><body>B</body></html>', null],
  ['a page with a document type', '<!DOCTYPE html>\n<p>Answer: B</p>', null],
  ['a long reasoning without an end', 'First I see A. Then I see B. Then', null],
];

describe('parseAnswer', () => {
  it('B12, D21: is tried on more than 60 replies', () => {
    expect(corpus.length).toBeGreaterThan(60);
  });

  it.each(corpus)('B12, D21: reads %s', (_, reply, expected) => {
    expect(parseAnswer(reply, options)?.answer ?? null).toBe(expected);
  });

  it("gives the option's own words beside its letter, and the rule that found it", () => {
    expect(parseAnswer(fenced('{"answer": "b"}'), options)).toEqual({
      answer: 'B',
      answerText: 'a blue square',
      rule: 'fence-json',
    });
    expect(parseAnswer('Answer: B', options)?.rule).toBe('answer-phrase');
    expect(parseAnswer('B', options)?.rule).toBe('lone-letter');
    expect(parseAnswer('(B) a blue square', options)?.rule).toBe('option-line');
  });

  it('takes an option that says "I cannot tell" for the option it is', () => {
    expect(parseAnswer(fenced('{"answer": "It cannot be told"}'), options)?.answer).toBe('D');
  });

  it('never throws and never leaves the options, whatever JSON stands in the block', () => {
    const oddities = [
      '{"answer": {"a": [1]}}',
      '[[]]',
      '{"answer": "\\u0000"}',
      '{"__proto__": {"answer": "A"}}',
    ];
    const letters = oddities.map((json) => parseAnswer(fenced(json), options)?.answer ?? null);
    for (const letter of letters) expect([null, 'A', 'B', 'C', 'D']).toContain(letter);
  });

  it.each(['{[', '"{', '*', ' ', '```', '<think', 'answer:', 'A', '(', '\\'])(
    'reads a long reply of nothing but %j without stalling',
    (piece) => {
      const before = process.cpuUsage();

      expect(parseAnswer(piece.repeat(20_000), options)).toBeNull();

      // Not the time that passed: others may have had the processor meanwhile.
      expect(process.cpuUsage(before).user / 1000).toBeLessThan(1000);
    },
  );
});

describe('parseAnswer of an open-ended question', () => {
  it.each([
    ['a fenced text', fenced('{"answer": "two dogs"}'), 'two dogs'],
    ['a number', fenced('{"answer": 3}'), '3'],
    ['a line that says answer', 'They run.\nAnswer: two dogs', 'two dogs'],
    ['a short reply', 'Two dogs.', 'Two dogs.'],
    ['an empty answer', fenced('{"answer": "  "}'), null],
    ['null', fenced('{"answer": null}'), null],
    ['a refusal', 'I cannot see any video.', null],
    ['an error text', '[LMMS_EVAL_REQUEST_FAILED after 5 retries]', null],
    ['markup', '<html>502</html>', null],
    ['a long reasoning without an end', 'word '.repeat(200), null],
  ])('reads %s', (_, reply, expected) => {
    expect(parseAnswer(reply, [])?.answer ?? null).toBe(expected);
  });
});
