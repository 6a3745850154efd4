import { join } from 'node:path';
import { pinnedCli } from './temporal-binary.ts';

const goPackage = `github.com/temporalio/cli/cmd/temporal@v${pinnedCli.version}`;
/** The same, for people to type. */
export const goInstallCommand = `go install ${goPackage}`;

const reportEveryMs = 5_000;

/**
 * Builds the pinned CLI from source with the Go of `PATH`, which takes minutes the first time, and says
 * every few seconds how far it is. Returns the path of the binary inside `workFolder`.
 *
 * @throws {Error} when Go is missing, or with the last lines Go wrote
 */
export async function buildTemporalCli(
  workFolder: string,
  environment: NodeJS.ProcessEnv,
  onProgress: (message: string) => void,
): Promise<string> {
  const startedAt = Date.now();
  let latest = 'Go works out what to build';
  const report = (): void => {
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    onProgress(`Building the Temporal server from source, ${seconds} s so far: ${latest}`);
  };
  const reporter = setInterval(report, reportEveryMs);
  try {
    await runGo(workFolder, environment, (line) => {
      latest = line;
    });
  } finally {
    clearInterval(reporter);
  }
  return join(workFolder, 'temporal');
}

async function runGo(
  workFolder: string,
  environment: NodeJS.ProcessEnv,
  onLine: (line: string) => void,
): Promise<void> {
  const { execa } = await import('execa');
  const go = execa('go', ['install', '-v', goPackage], {
    // Go refuses GOBIN for another platform, and must not look into the user's module on the way.
    cwd: workFolder,
    env: { ...environment, GOBIN: workFolder },
    extendEnv: false,
    stdin: 'ignore',
    stdout: 'ignore',
    reject: false,
  });
  const lines: string[] = [];
  for await (const line of go.iterable({ from: 'stderr' })) {
    onLine(line);
    lines.push(line);
    if (lines.length > 8) lines.shift();
  }
  const result = await go;
  if (result.code === 'ENOENT') throw new Error('Go is not on PATH');
  if (result.failed) throw new Error(`go failed: ${lines.join(' | ') || result.shortMessage}`);
}
