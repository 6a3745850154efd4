import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execaNode } from 'execa';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { claimHolderLock, type HolderLock } from '../../../workers/embedded/holder-lock.ts';
import {
  readHolder,
  refuseMissingVariables,
  successorFile,
  type HolderRecord,
} from '../../../workers/embedded/holder-record.ts';

const contender = fileURLToPath(new URL('contend-for-lock.ts', import.meta.url));

describe('claimHolderLock', () => {
  let lockFile: string;
  beforeEach(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'videoqa-lock-'));
    lockFile = join(folder, 'holder.lock');
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
  });

  it('takes a free lock, says so in the file, and leaves nothing behind when released', async () => {
    const lock = await claim(lockFile);
    await lock.update({ state: 'serving', serverPid: 42 });

    expect(await readHolder(lockFile)).toMatchObject({
      pid: process.pid,
      host: hostname(),
      state: 'serving',
      serverPid: 42,
      environmentNames: ['KEY'],
    });
    await lock.release();
    expect(await readHolder(lockFile)).toBeNull();
    expect(await readdir(join(lockFile, '..'))).toEqual([]);
  });

  it('names the holder while that lives', async () => {
    const lock = await claim(lockFile);

    const second = await claimHolderLock(lockFile, {});

    expect(second).toEqual({ holder: lock.record() });
  });

  it('follows a holder whose process is gone, also when its number is used again', async () => {
    await writeFile(lockFile, JSON.stringify(abandoned('first')));

    const lock = await claim(lockFile);

    expect(await readHolder(lockFile)).toEqual(lock.record());
    expect(await readdir(join(lockFile, '..'))).toEqual(['holder.lock']);
  });

  it('follows a process that was killed while it followed another', async () => {
    await writeFile(lockFile, JSON.stringify(abandoned('first')));
    await writeFile(successorFile(lockFile, 'first'), JSON.stringify(abandoned('second')));

    const lock = await claim(lockFile);

    expect(await readHolder(lockFile)).toEqual(lock.record());
    expect(await readdir(join(lockFile, '..'))).toEqual(['holder.lock']);
  });

  it.each(['', '{"pid": 1', 'null'])('follows a file that a power cut left as %j', async (text) => {
    await writeFile(lockFile, text);

    const lock = await claim(lockFile);

    expect(await readHolder(lockFile)).toEqual(lock.record());
  });

  it('does not guess about a holder on another machine', async () => {
    await writeFile(lockFile, JSON.stringify({ ...abandoned('first'), host: 'far-away' }));

    await expect(claimHolderLock(lockFile, {})).rejects.toThrow(/far-away.*rm '/s);
  });

  it('does not touch the lock of another when a lost one is released', async () => {
    const lost = await claim(lockFile);
    await writeFile(lockFile, JSON.stringify(abandoned('other')));

    await lost.release();

    expect(JSON.parse(await readFile(lockFile, 'utf8'))).toMatchObject({ nonce: 'other' });
  });

  it('has one winner among many at once, in one process', async () => {
    await writeFile(lockFile, JSON.stringify(abandoned('first')));

    const claims = await Promise.all(
      Array.from({ length: 16 }, () => claimHolderLock(lockFile, {})),
    );

    expect(claims.filter((outcome) => 'lock' in outcome)).toHaveLength(1);
  });

  it('is never held by two of several processes that take, release and abandon it', async () => {
    const rounds = '40';
    const options = { nodeOptions: ['--import', 'tsx'] };

    const contenders = await Promise.all(
      Array.from({ length: 3 }, () => execaNode(contender, [lockFile, rounds], options)),
    );

    expect(contenders.map(({ stdout }) => stdout)).toEqual([rounds, rounds, rounds]);
    // Hundreds of files are brought to the disk, which other tests keep busy as well.
  }, 240_000);
});

describe('refuseMissingVariables', () => {
  it('names the variables that the holder lacks, and only those', () => {
    const holder = { ...abandoned('first'), environmentNames: ['A'] };

    expect(() => refuseMissingVariables(holder, ['A', 'B'])).toThrow(/without B\./);
    expect(() => refuseMissingVariables(holder, ['A'])).not.toThrow();
  });
});

async function claim(lockFile: string): Promise<HolderLock> {
  const outcome = await claimHolderLock(lockFile, { KEY: 'value', EMPTY: '' });
  if ('lock' in outcome) return outcome.lock;
  throw new Error(`held by ${outcome.holder.pid}`);
}

/** The claim of a process that had this process's number and is gone. */
function abandoned(nonce: string): HolderRecord {
  return {
    nonce,
    pid: process.pid,
    startTime: 'long ago',
    host: hostname(),
    state: 'serving',
    ports: { grpc: 1, ui: 2 },
    binary: '/bin/temporal',
    version: { cli: '1.5.1', server: '1.29.1' },
    serverPid: null,
    environmentNames: [],
  };
}
