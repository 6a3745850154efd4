// A process that takes a lock again and again, for the test of several at once. While it holds the lock
// it creates a file that must not exist yet; every second time it abandons the lock as if it had died.
import { open, rm } from 'node:fs/promises';
import { claimHolderLock } from '../../../workers/embedded/holder-lock.ts';
import { replaceFile } from '../../../workers/embedded/replace-file.ts';

const [lockFile = '', rounds = '0'] = process.argv.slice(2);
let held = 0;
while (held < Number(rounds)) {
  const claim = await claimHolderLock(lockFile, {});
  if (!('lock' in claim)) continue;
  const witness = await open(`${lockFile}.witness`, 'wx');
  await witness.close();
  await claim.lock.update({ state: 'serving' });
  await rm(`${lockFile}.witness`);
  held += 1;
  if (held % 2 === 0) await claim.lock.release();
  else await replaceFile(lockFile, JSON.stringify({ ...claim.lock.record(), startTime: 'gone' }));
}
process.stdout.write(String(held));
