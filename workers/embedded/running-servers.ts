import { readdir, readFile } from 'node:fs/promises';
import type { ServerPorts } from './free-ports.ts';
import { identifyProcess, type ProcessIdentity } from './process-identity.ts';

/** A dev server found among the processes of this machine. */
export type RunningServer = ProcessIdentity & {
  /** From its command line; null when it does not name them. */
  readonly ports: ServerPorts | null;
};

/**
 * The dev servers that have this database file open, by their command lines. Two on one file would both
 * serve and ruin it, and the lock file cannot know of a server whose holder was killed while starting it.
 */
export async function findServersOn(databaseFile: string): Promise<readonly RunningServer[]> {
  const commands = process.platform === 'linux' ? await commandsFromProc() : await commandsFromPs();
  const found: RunningServer[] = [];
  for (const { pid, words } of commands) {
    if (pid === process.pid || !words.includes('start-dev')) continue;
    if (optionIn(words, '--db-filename', '-f') !== databaseFile) continue;
    const identity = await identifyProcess(pid);
    if (identity !== null) found.push({ ...identity, ports: portsIn(words) });
  }
  return found;
}

type Command = { readonly pid: number; readonly words: readonly string[] };

async function commandsFromProc(): Promise<readonly Command[]> {
  const commands: Command[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    // A process that ended since, or whose words are not ours to read, is none of our servers.
    const line = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    commands.push({ pid: Number(name), words: line.split('\0') });
  }
  return commands;
}

async function commandsFromPs(): Promise<readonly Command[]> {
  const { execa } = await import('execa');
  const { stdout } = await execa('ps', ['-axww', '-o', 'pid=,command=']);
  return stdout.split('\n').map((line) => {
    const [, pid = '0', command = ''] = /^\s*(\d+)\s+(.*)$/.exec(line) ?? [];
    return { pid: Number(pid), words: splitAtOptions(command) };
  });
}

/** `ps` joins words with spaces; a path may hold spaces too, so only an option ends an option's value. */
function splitAtOptions(command: string): readonly string[] {
  const [program = '', ...options] = command.split(/ (?=--)/);
  return [...program.split(' '), ...options.flatMap((option) => option.split(/ (.*)/s, 2))];
}

function portsIn(words: readonly string[]): ServerPorts | null {
  const grpc = Number(optionIn(words, '--port', '-p'));
  const ui = Number(optionIn(words, '--ui-port'));
  return grpc > 0 && ui > 0 ? { grpc, ui } : null;
}

function optionIn(words: readonly string[], ...names: readonly string[]): string | undefined {
  for (const [index, word] of words.entries()) {
    if (names.includes(word)) return words[index + 1];
    const name = names.find((candidate) => word.startsWith(`${candidate}=`));
    if (name !== undefined) return word.slice(name.length + 1);
  }
  return undefined;
}
