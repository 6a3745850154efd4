// node close-during-run.mjs <embedder module> <slow model folder> <picture>: closes while a run is in progress.
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const [modulePath, path, picturePath] = process.argv.slice(2);
const { openEmbedder } = await import(modulePath);
const embedder = await openEmbedder({ modelId: 'test/slow', path, device: 'cpu' });
const picture = await readFile(picturePath);

const running = embedder.embed([picture]);
while (embedder.metrics().batches === 0) await sleep(5);
const refused = embedder.embed([picture]).catch((error) => error.message);
await embedder.close();

console.log(JSON.stringify({ values: (await running).vectors.length, refused: await refused }));
