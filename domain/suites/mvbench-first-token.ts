/**
 * What MVBench's own rule says of a prediction. `no-gold`: the right option has no text, where the
 * script of PLLaVA ends with an error.
 */
export type FirstTokenVerdict = 'right' | 'wrong' | 'no-gold';

/**
 * MVBench's rule as PLLaVA applies it, to the letter: of the prediction only what stands before the
 * first blank counts, in lower case. It is wrong unless it holds a letter from a to g; it is right
 * when, without its full stops, it is a part of the gold token `(a)`, or holds that token whole. So
 * "A", "a)" and "(A)cat" are right for `(A) ...`, and "be" or "(Answer: A)" are wrong.
 *
 * @param gold  the right option as `(A) its text`
 */
export function firstTokenVerdict(prediction: string, gold: string): FirstTokenVerdict {
  const [goldToken = '', ...goldText] = gold.toLowerCase().split(' ');
  if (goldText.join(' ') === '') return 'no-gold';
  const token = prediction.toLowerCase().split(' ', 1)[0] ?? '';
  if (!/[a-g]/.test(token)) return 'wrong';
  const isPart = goldToken.includes(token.replaceAll('.', ''));
  return isPart || token.includes(goldToken) ? 'right' : 'wrong';
}
