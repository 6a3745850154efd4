import type { AnswerOption, Item } from '../item.ts';
import { lastObjectWith, withoutThinking } from '../replies/json-blocks.ts';
import type { Row } from '../row.ts';
import { isScorable } from '../scoring.ts';
import { lvbenchLetter } from './lvbench-scorer.ts';
import { firstTokenVerdict } from './mvbench-first-token.ts';

type Question = { readonly gold: Item['gold']; readonly options: readonly AnswerOption[] };

/** How a suite itself reads a reply: its name in `scores`, and what it says. */
type ReplyRule = {
  readonly name: string;
  readonly scorer: string;
  /** @returns null where the rule says nothing */
  readonly isRight: (prediction: string, question: Question) => boolean | null;
};

/** By the format of the data set. */
const rules: Readonly<Record<string, ReplyRule>> = {
  mvbench: {
    name: 'mvbench',
    scorer: 'mvbench-first-token',
    isRight(prediction, question) {
      const verdict = firstTokenVerdict(prediction, goldOption(question));
      return verdict === 'no-gold' ? null : verdict === 'right';
    },
  },
  lvbench: {
    name: 'lvbench',
    scorer: 'lvbench-normaliser',
    isRight: (prediction, { gold }) => lvbenchLetter(prediction) === gold,
  },
};

/** What 1 and 0 stand for in `scores`; null = the rule says nothing. */
export type RuleScores = Readonly<Record<string, 0 | 1 | null>>;

/**
 * What a model said, as a suite's script would be given it, without outer blanks: the text `answer` of
 * the last JSON object that has one, as we ask for it, else the whole reply without its thoughts. Of
 * reasoning in front of an answer the rules of the suites would read noise.
 */
export function predictionOf(reply: string): string {
  const answer = lastObjectWith(reply, 'answer')?.value['answer'];
  return (typeof answer === 'string' ? answer : withoutThinking(reply)).trim();
}

/** The right option as `(B) its text`; without known gold an empty text. */
export function goldOption({ gold, options }: Question): string {
  const option = options.find(({ letter }) => letter === gold?.trim().toUpperCase());
  return option === undefined ? '' : `(${option.letter}) ${option.text}`;
}

/**
 * What the own rule of a suite says of a reply. These rules find letters in error texts, too, so a
 * reply in which our parser found no answer is never given to one.
 *
 * @param isAnswer  whether the strict parser found an answer in the reply
 */
export function ruleScores(
  format: string,
  reply: string,
  question: Question,
  isAnswer: boolean,
): RuleScores {
  const rule = rules[format];
  if (rule === undefined || !isAnswer || !isScorable(question)) return {};
  const isRight = rule.isRight(predictionOf(reply), question);
  return { [rule.name]: isRight === null ? null : isRight ? 1 : 0 };
}

/** The scores of a suite's own rule as a row has them; unscored where the rule said nothing. */
export function scoresByRule(format: string, values: RuleScores): Row['scores'] {
  const rule = rules[format];
  if (rule === undefined) return {};
  const value = values[rule.name] ?? null;
  const state = value === null ? 'unscored' : 'scored';
  return { [rule.name]: { value, state, scorer: rule.scorer } };
}
