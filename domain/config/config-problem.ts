/** One mistake in a configuration. `isKey`: the last key of the path is wrong, not its value. */
export type ConfigProblem = {
  readonly path: readonly (string | number)[];
  readonly isKey: boolean;
  readonly message: string;
};

/** `models.answer.maxTokens`, for messages. */
export function joinPath(path: readonly (string | number)[]): string {
  return path.length === 0 ? 'configuration' : path.join('.');
}
