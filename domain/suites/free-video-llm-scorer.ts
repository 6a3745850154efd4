/** The judge's reply as Free Video-LLM's file of a question has it. */
export type JudgedFile = { readonly pred: string | null; readonly score: number | null };

export type FreeVideoLlmFigures = {
  readonly yes: number;
  readonly no: number;
  /** yes / (yes + no); null where neither was said. */
  readonly accuracy: number | null;
  /** Over all files; null without any. */
  readonly averageScore: number | null;
};

/**
 * The two figures that Free Video-LLM prints into its log. Every file counts in the mean score, of
 * which each score loses its fraction first (4.8 is 4); a file without a score adds nothing to it,
 * and its verdict is not read. A verdict that holds neither "yes" nor "no" leaves the accuracy.
 */
export function freeVideoLlmFigures(files: Iterable<JudgedFile>): FreeVideoLlmFigures {
  let [count, scores, yes, no] = [0, 0, 0, 0];
  for (const { pred, score } of files) {
    count += 1;
    if (score === null) continue;
    scores += Math.trunc(score);
    const said = pred?.toLowerCase() ?? '';
    if (said.includes('yes')) yes += 1;
    else if (said.includes('no')) no += 1;
  }
  return {
    yes,
    no,
    accuracy: yes + no === 0 ? null : yes / (yes + no),
    averageScore: count === 0 ? null : scores / count,
  };
}
