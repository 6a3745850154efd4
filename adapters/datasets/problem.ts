/** Something about a dataset that keeps a run from starting. */
export type Problem = {
  /** The file or folder it is in. */
  readonly file: string;
  /** Line of a text file, from 1; null where lines mean nothing. */
  readonly line: number | null;
  /** Number of the record in its file, from 1; null when it is not about one record. */
  readonly record: number | null;
  readonly what: string;
  /** How to mend it. */
  readonly fix: string;
};

/** `meta.jsonl, line 3, record 12: the question is empty. Fill it in or remove the record.` */
export function describeProblem({ file, line, record, what, fix }: Problem): string {
  const place = [
    file,
    ...(line === null ? [] : [`line ${line}`]),
    ...(record === null ? [] : [`record ${record}`]),
  ];
  return `${place.join(', ')}: ${what}. ${fix}.`;
}
