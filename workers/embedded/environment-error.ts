/**
 * Something around the program is missing or in the way: no server binary, a database made by another
 * version, a server that does not come up. The command line prints the message alone and exits with 3.
 */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
  readonly exitCode = 3;
}
