/** What can be wrong with a data set, in one word each; `dataset inspect` counts them. */
export const problemKinds = {
  unreadable: 'fatal',
  wrong_format: 'fatal',
  missing_column: 'fatal',
  missing_media: 'fatal',
  empty_question: 'excluded',
  empty_options: 'excluded',
  answer_not_in_options: 'excluded',
  answer_ambiguous: 'excluded',
  duplicate_id: 'warning',
  duplicate_question: 'warning',
  equal_options: 'warning',
  empty_answer: 'warning',
  single_option: 'warning',
  outer_blanks: 'warning',
  line_break: 'warning',
  span_after_duration: 'warning',
  empty_spans: 'warning',
  missing_gold: 'warning',
} as const satisfies Record<string, Severity>;

export type ProblemKind = keyof typeof problemKinds;

/** `fatal` keeps a run from starting, `excluded` leaves the record out, a `warning` changes nothing. */
export type Severity = 'warning' | 'excluded' | 'fatal';

/** Where in the annotation files something stands. */
export type Place = {
  readonly file: string;
  /** Line of a text file, from 1; null where lines mean nothing. */
  readonly line: number | null;
  /** Number of the record in its file, from 1; null when it is not about one record. */
  readonly record: number | null;
};

/** Something about a data set that a person should know. */
export type Problem = Place & {
  readonly kind: ProblemKind;
  readonly severity: Severity;
  readonly what: string;
  /** How to mend it. */
  readonly fix: string;
};

/** `meta.jsonl, line 3, record 12: the question is empty. Fill it in or remove the record.` */
export function describeProblem({
  file,
  line,
  record,
  what,
  fix,
}: Omit<Problem, 'kind' | 'severity'>): string {
  const place = [
    file,
    ...(line === null ? [] : [`line ${line}`]),
    ...(record === null ? [] : [`record ${record}`]),
  ];
  return `${place.join(', ')}: ${what}. ${fix}.`;
}

/** A problem of the severity that its kind usually has. */
export function problemAt(
  place: Place,
  kind: ProblemKind,
  {
    what,
    fix,
    severity = problemKinds[kind],
  }: Pick<Problem, 'what' | 'fix'> & { readonly severity?: Severity },
): Problem {
  const { file, line, record } = place;
  return { file, line, record, kind, severity, what, fix };
}

/** The place of a whole file. */
export const wholeFile = (file: string): Place => ({ file, line: null, record: null });
