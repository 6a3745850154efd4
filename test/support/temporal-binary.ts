import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { cachedTemporalBinary } from '../../workers/embedded/find-temporal-binary.ts';

/**
 * A Temporal CLI for tests, looked for and never downloaded or built: `VIDEOQA_TEMPORAL_CLI`, PATH, the
 * product's cache, `~/go/bin`. Undefined where none is there; tests that need one are then skipped.
 */
export const temporalBinary: string | undefined = [
  process.env['VIDEOQA_TEMPORAL_CLI'] ?? '',
  ...(process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'temporal')),
  cachedTemporalBinary(process.env),
  join(homedir(), 'go', 'bin', 'temporal'),
].find((path) => path !== '' && existsSync(path));
