import { spawn, type ChildProcess } from 'node:child_process';
import { open, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerPorts } from './free-ports.ts';
import { identifyProcess, isRunning, type ProcessIdentity } from './process-identity.ts';
import { measuredSettings, serverFlags } from './server-settings.ts';
import type { StateFolder } from './state-folder.ts';

/** What a dev server is started with. */
export type ServerSpecification = {
  readonly binary: string;
  readonly stateFolder: StateFolder;
  readonly ports: ServerPorts;
};

/** A server process, answering or not yet. */
export type ServerProcess = {
  /** Null when it ended before it could be looked at. */
  readonly identity: ProcessIdentity | null;
  /** Settles when the process has ended, with how, for people. Never rejects. */
  readonly ended: Promise<string>;
};

const maxLogBytes = 10_000_000;

/** Where the server writes what it has to say. */
export function serverLogFile(folder: StateFolder): string {
  return join(folder.logsFolder, 'temporal-server.log');
}

/** The last line of the server's log, for the message of a start that failed. */
export async function lastWordsOf(folder: StateFolder): Promise<string> {
  const text = await readFile(serverLogFile(folder), 'utf8').catch(() => '');
  const line = text.trim().split('\n').at(-1);
  return line ? `the last line of its log is: ${line.slice(0, 300)}` : 'its log is empty';
}

/**
 * Starts a dev server in a process group of its own, so that a Ctrl-C meant for this process spares it,
 * and with its output in a file, so that it outlives this process. Returns at once; it does not answer yet.
 */
export async function launchTemporalServer(
  specification: ServerSpecification,
): Promise<ServerProcess> {
  const { binary, stateFolder, ports } = specification;
  const log = await openLog(serverLogFile(stateFolder));
  try {
    const child = spawn(binary, serverArguments(stateFolder, ports), {
      cwd: stateFolder.path,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: serverEnvironment(),
    });
    const ended = whenEnded(child);
    const identity = child.pid === undefined ? null : await identifyProcess(child.pid);
    return { identity, ended };
  } finally {
    await log.close();
  }
}

/** A server that another process started and left behind, as one of ours. */
export function adoptTemporalServer(identity: ProcessIdentity): ServerProcess {
  const watch = async (): Promise<string> => {
    while (await isRunning(identity).catch(() => true)) {
      await delay(500, undefined, { ref: false });
    }
    return 'it ended unseen';
  };
  return { identity, ended: watch() };
}

function whenEnded(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}

function serverArguments({ databaseFile }: StateFolder, ports: ServerPorts): readonly string[] {
  const { grpc, ui } = ports;
  return [
    'server start-dev --ip 127.0.0.1 --ui-ip 127.0.0.1'.split(' '),
    `--port ${grpc} --ui-port ${ui}`.split(' '),
    ['--db-filename', databaseFile],
    serverFlags(measuredSettings),
  ].flat();
}

/** The server has no business with API keys, so it gets only what a program needs to run. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const names = ['PATH', 'HOME', 'USER', 'TMPDIR', 'LANG', 'TZ', 'XDG_CONFIG_HOME', 'GOMAXPROCS'];
  const kept = names.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const { gogc } = measuredSettings;
  return { ...Object.fromEntries(kept), ...(gogc === null ? {} : { GOGC: gogc }) };
}

async function openLog(path: string): Promise<Awaited<ReturnType<typeof open>>> {
  const sizeBytes = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (sizeBytes > maxLogBytes) await rename(path, `${path}.1`);
  return open(path, 'a', 0o600);
}
