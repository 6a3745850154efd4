/** LVBench's own short names of its six capabilities. */
const shortNames: Readonly<Record<string, string>> = {
  'key information retrieval': 'KIR',
  'event understanding': 'EU',
  summarization: 'Sum',
  'entity recognition': 'ER',
  reasoning: 'Rea',
  'temporal grounding': 'TG',
};

/** A question as LVBench's scorer knows it. */
export type LvbenchQuestion = {
  readonly uid: string;
  readonly answer: string;
  readonly question_type: readonly string[];
};

/**
 * LVBench's normaliser: what stands before the first ")", of that what follows its first "(", of that
 * the first word, and of that one character.
 *
 * @returns an empty text where nothing is left
 */
export function lvbenchLetter(reply: string): string {
  const before = reply.trim().split(')', 1)[0]!.trim();
  const inside = before.includes('(') ? before.split('(')[1]!.trim() : before;
  return /^./su.exec(inside.split(' ', 1)[0]!)?.[0] ?? '';
}

/**
 * LVBench's own scores of an answers file, `{uid: letter}`. A question that the file does not name
 * leaves every denominator; one with several labels counts once under each, and once in `Overall`.
 * An answer is right when it is the same text.
 *
 * @returns shares from 0 to 1 in the order in which their labels first come; null where the file
 *   names none of the questions
 */
export function lvbenchScores(
  answers: Readonly<Record<string, string>>,
  questions: Iterable<LvbenchQuestion>,
): Record<string, number> | null {
  const labels = new Map<string, { right: number; total: number }>();
  const overall = { right: 0, total: 0 };
  for (const { uid, answer, question_type: types } of questions) {
    if (!Object.hasOwn(answers, uid)) continue;
    const right = Number(answers[uid] === answer);
    for (const type of types) {
      const label = labels.get(type) ?? { right: 0, total: 0 };
      labels.set(type, { right: label.right + right, total: label.total + 1 });
    }
    overall.right += right;
    overall.total += 1;
  }
  if (overall.total === 0) return null;
  const shares = [...labels].map(([type, { right, total }]) => [
    shortNames[type] ?? type,
    right / total,
  ]);
  return { ...Object.fromEntries(shares), Overall: overall.right / overall.total };
}
