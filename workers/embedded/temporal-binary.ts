import { execFile, type ExecFileException } from 'node:child_process';
import type { DatabaseOrigin } from './server-record.ts';

/** The CLI that is downloaded or built where none is there, and the server inside it. */
export const pinnedCli = { version: '1.5.1', serverVersion: '1.29.1' } as const;

/** A Temporal CLI that ran and said its versions. */
export type TemporalBinary = {
  readonly path: string;
  /** As the binary calls itself; `0.0.0-DEV` when it was built from source. */
  readonly cliVersion: string;
  readonly serverVersion: string;
};

/** Runs `<path> --version`. Returns the reason as text when it is no Temporal CLI that runs here. */
export async function inspectBinary(path: string): Promise<TemporalBinary | string> {
  const { error, stdout, stderr } = await askVersion(path);
  const versions = /temporal version (\S+) \(Server ([^\s,)]+)/i.exec(stdout);
  if (versions?.[1] && versions[2]) {
    return { path, cliVersion: versions[1], serverVersion: versions[2] };
  }
  if (error?.code === 'ENOENT') return 'no such file';
  if (error?.code === 'EACCES') return 'not an executable';
  if (error?.killed) return 'did not answer to --version within 30 s';
  if (error) return `fails: ${lastLine(stderr) || error.message}`;
  return 'is not a Temporal CLI with a server: its --version names none';
}

type Told = {
  readonly error: ExecFileException | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** Without execa, which takes a tenth of a second to load: every command with a server waits for this. */
function askVersion(path: string): Promise<Told> {
  return new Promise((resolve) => {
    const child = execFile(path, ['--version'], { timeout: 30_000 }, (error, stdout, stderr) =>
      resolve({ error, stdout, stderr }),
    );
    child.stdin?.end();
  });
}

/**
 * Whether a binary may open a database: the server must be the same, for its SQLite schema has no
 * migrations, and so must the CLI. One built from source does not know its version and goes by the server.
 */
export function canOpen(binary: TemporalBinary, origin: DatabaseOrigin): boolean {
  if (binary.serverVersion !== origin.serverVersion) return false;
  const versions = [binary.cliVersion, origin.cliVersion];
  return versions.some(isBuiltFromSource) || binary.cliVersion === origin.cliVersion;
}

/** `Temporal CLI 1.5.1 (server 1.29.1)`. */
export function describeVersions(versions: { cliVersion: string; serverVersion: string }): string {
  return `Temporal CLI ${versions.cliVersion} (server ${versions.serverVersion})`;
}

function isBuiltFromSource(cliVersion: string): boolean {
  return cliVersion.startsWith('0.0.0');
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
