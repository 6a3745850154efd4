/**
 * Whether an answer is right: the letter equals the gold letter after trimming and upper-casing.
 *
 * @returns null when the gold answer is unknown, or the question is open-ended (a judge scores those)
 */
export function isCorrect(answer: string, gold: string | null, isMultipleChoice: boolean): boolean | null {
  if (gold === null || !isMultipleChoice) return null;
  return answer.trim().toUpperCase() === gold.trim().toUpperCase();
}
