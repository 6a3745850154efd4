/** The search attributes of every workflow, by Temporal type. The embedded server registers them at each start. */
export const searchAttributeTypes = {
  EvalRunId: 'KEYWORD',
  Dataset: 'KEYWORD',
  VideoId: 'KEYWORD',
  Strategy: 'KEYWORD',
  FailKind: 'KEYWORD',
  Step: 'KEYWORD',
  Attempts: 'INT',
} as const;
