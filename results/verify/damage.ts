/** Something that is not as it was recorded. */
export type Damage = {
  readonly kind:
    | 'database'
    | 'dataset'
    | 'row_missing'
    | 'row_damaged'
    | 'row_differs'
    | 'counts'
    | 'answer_missing'
    | 'artifact_missing'
    | 'artifact_damaged';
  /** Which thing. */
  readonly what: string;
  /** What a person can do. */
  readonly mend: string;
};
