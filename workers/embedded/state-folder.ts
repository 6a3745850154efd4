import { chmod, mkdir, readdir, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { EnvironmentError } from '../../domain/errors/usage-error.ts';

/** The folder that holds everything an embedded Temporal keeps, and its files by role. */
export type StateFolder = {
  /** Absolute, without symbolic links, so that two spellings of one folder are one folder. */
  readonly path: string;
  readonly databaseFile: string;
  readonly serverRecordFile: string;
  readonly lockFile: string;
  readonly logsFolder: string;
};

/** Files whose presence shows that a folder is a state folder and not somebody's home. */
const ownFiles = ['temporal.db', 'server.json', 'holder.lock'];

/**
 * Opens the state folder and creates it where it is missing: `VIDEOQA_HOME`, else `.videoqa` in the
 * working directory. It is readable by its owner alone, for it holds prompts, replies and frames.
 *
 * @throws {EnvironmentError} when the folder cannot be made private or has a name SQLite cannot open
 */
export async function openStateFolder(
  environment: NodeJS.ProcessEnv,
  workingDirectory: string = process.cwd(),
): Promise<StateFolder> {
  const wanted = resolve(workingDirectory, environment['VIDEOQA_HOME'] || '.videoqa');
  try {
    await mkdir(wanted, { recursive: true, mode: 0o700 });
    const path = await realpath(wanted);
    await makePrivate(path);
    refuseUnusableName(path);
    const logsFolder = join(path, 'logs');
    await mkdir(logsFolder, { recursive: true, mode: 0o700 });
    return {
      path,
      databaseFile: join(path, 'temporal.db'),
      serverRecordFile: join(path, 'server.json'),
      lockFile: join(path, 'holder.lock'),
      logsFolder,
    };
  } catch (cause) {
    if (cause instanceof EnvironmentError) throw cause;
    throw new EnvironmentError(
      `The state folder ${wanted} cannot be used: ${(cause as Error).message}. ` +
        'Name another one: export VIDEOQA_HOME=<folder>.',
      { cause },
    );
  }
}

async function makePrivate(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o077) === 0) return;
  const names = await readdir(path);
  const isOurs = names.length === 0 || ownFiles.some((name) => names.includes(name));
  if (!isOurs) {
    throw new EnvironmentError(
      `The state folder ${path} holds other files and is open to other users. ` +
        'Name a folder of its own: export VIDEOQA_HOME=<new folder>.',
    );
  }
  await chmod(path, 0o700);
}

/** The dev server puts the file name into a SQLite URI unescaped: a `#` cuts it off. */
function refuseUnusableName(path: string): void {
  if (!/[?#%]/.test(path)) return;
  throw new EnvironmentError(
    `The state folder ${path} has one of the characters ? # % in its path, which the Temporal ` +
      'server cannot open. Name another one: export VIDEOQA_HOME=<folder>.',
  );
}
