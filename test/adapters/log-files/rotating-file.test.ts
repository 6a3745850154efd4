import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openRotatingFile } from '../../../adapters/log-files/rotating-file.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'videoqa-log-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('keeps at most so many files of at most so many bytes, newest lines first', async () => {
  const file = join(folder, 'logs', 'worker.log');
  const log = openRotatingFile(file, { maxBytes: 100, kept: 2 });
  for (let number = 100; number < 150; number += 1) log.write(`line ${number}\n`);
  log.close();

  const names = (await readdir(join(folder, 'logs'))).toSorted();
  expect(names).toEqual(['worker.log', 'worker.log.1', 'worker.log.2']);
  for (const name of names) {
    expect((await stat(join(folder, 'logs', name))).size).toBeLessThan(120);
  }
  const newest = await Promise.all(
    ['worker.log.2', 'worker.log.1', 'worker.log'].map((name) =>
      readFile(join(folder, 'logs', name), 'utf8'),
    ),
  );
  const lines = newest.join('').trimEnd().split('\n');
  expect(lines.at(-1)).toBe('line 149');
  expect(lines).toEqual(lines.map((_, index) => `line ${150 - lines.length + index}`));
});

it('goes on in the new file after another process has moved the old one away', async () => {
  const file = join(folder, 'worker.log');
  const [first, second] = [1, 2].map(() => openRotatingFile(file, { maxBytes: 30, kept: 2 }));
  first!.write('a line of the first, long enough to fill it\n');
  second!.write('this one still goes to where the first had been\n');
  second!.write('after its look\n');
  first!.close();
  second!.close();

  expect(await readFile(file, 'utf8')).toBe('after its look\n');
});

it('may be read by its owner alone', async () => {
  const file = join(folder, 'worker.log');
  openRotatingFile(file).close();

  expect((await stat(file)).mode & 0o077).toBe(0);
});
