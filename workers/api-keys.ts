import { StepError } from '../domain/errors/step-error.ts';

/**
 * Reads keys from this process's environment when a call is made. They never stand in a run, a
 * workflow input or a log.
 */
export function createKeyReader(environment: NodeJS.ProcessEnv) {
  return (variable: string | null): string => {
    // A provider without a key still wants a bearer token in the header.
    if (variable === null) return 'none';
    const key = environment[variable];
    if (key) return key;
    throw new StepError(
      'auth',
      'stop',
      `The environment variable ${variable} is not set in this worker`,
    );
  };
}
