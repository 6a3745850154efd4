// A process of its own that opens the embedded Temporal of VIDEOQA_HOME, for tests that kill it. It
// writes what it became as one line of JSON, holds until SIGTERM, and then closes in order.
import { once } from 'node:events';
import { openEmbeddedTemporal } from '../../../workers/embedded/open-embedded-temporal.ts';
import { openStateFolder } from '../../../workers/embedded/state-folder.ts';

const keepAlive = setInterval(() => undefined, 1000);
const opened = await openEmbeddedTemporal({
  stateFolder: await openStateFolder(process.env),
  environment: process.env,
  onProgress: (message) => process.stderr.write(`${message}\n`),
});
// Listened for before anybody is told: a signal that comes at once must not end the process.
const askedToEnd = once(process, 'SIGTERM');
process.stdout.write(`${JSON.stringify({ role: opened.role, address: opened.address })}\n`);
await askedToEnd;
if (opened.role === 'holder') await opened.close();
clearInterval(keepAlive);
