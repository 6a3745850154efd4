import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelFolder, plainPicture } from '../pictures.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../..', import.meta.url));
const script = fileURLToPath(new URL('close-during-run.mjs', import.meta.url));
/** What the script prints when the run in progress was answered and the later call refused. */
const cleanEnd = { values: 8, refused: 'the embedder is closed' };

let folder: string;
let picture: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'videoqa-close-'));
  picture = join(folder, 'red.png');
  await writeFile(picture, await plainPicture('red'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('closing during a run', () => {
  it('ends a process that runs from source with exit code 0', async () => {
    const source = pathToFileURL(join(root, 'adapters/embedding/embedder.ts')).href;

    const output = await runScript(['--import', 'tsx', script, source]);

    expect(output).toEqual(cleanEnd);
  });

  it('ends a process that runs compiled with exit code 0', async () => {
    const compiled = pathToFileURL(join(root, 'dist/adapters/embedding/embedder.js')).href;

    const output = await runScript([script, compiled]);

    expect(output).toEqual(cleanEnd);
  });
});

/** Runs the script; an exit code other than 0 rejects. */
async function runScript(args: readonly string[]): Promise<unknown> {
  const { stdout } = await run(process.execPath, [...args, modelFolder('slow'), picture], {
    cwd: root,
  });
  return JSON.parse(stdout);
}
