import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWireServer, type WireServer } from '../support/wire-server.ts';
import type { BombEnd } from './bomb-process.ts';
import { pictureBombs } from './picture-bombs.ts';
import { textBombs } from './text-bombs.ts';

const mostMb = 512;
const pictures = pictureBombs();
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bombs-'));
});
afterAll(() => rm(folder, { recursive: true }));

function startReading(): ChildProcess {
  return fork(fileURLToPath(new URL('bomb-process.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    // What a tool does to a test's own process says nothing of the product's.
    env: { ...process.env, NODE_OPTIONS: '' },
  });
}

/** Has a process of its own read it; fails with it if that ends it. */
function end(child: ChildProcess, reader: string, path: string): Promise<BombEnd> {
  return new Promise((resolve, reject) => {
    const died = (code: number | null) => reject(new Error(`the reader died: ${code}`));
    child.once('exit', died).once('message', (message) => {
      child.off('exit', died);
      resolve(message as BombEnd);
    });
    child.send({ reader, path });
  });
}

/** In a process that has read nothing else, whose memory is all for this. */
async function endAlone(reader: string, path: string): Promise<BombEnd> {
  const child = startReading();
  try {
    return await end(child, reader, path);
  } finally {
    child.kill();
  }
}

async function fileOf(name: string, bytes: Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

it('the corpora have at least 40 bombs', () => {
  expect(pictures.length).toBeGreaterThanOrEqual(40);
  expect(pictures.length + textBombs.length).toBeGreaterThanOrEqual(60);
});

describe('a picture', () => {
  let child: ChildProcess;
  beforeAll(() => {
    child = startReading();
  });
  afterAll(() => child.kill());

  it.each(pictures)(`is $picture in all that reads it: $name`, async ({ bytes, picture }) => {
    const path = await fileOf('picture', bytes);

    for (const reader of ['info', 'resize', 'decode']) {
      const { refusal, peakMb } = await end(child, reader, path);

      // All of them together, one after the other.
      expect(peakMb).toBeLessThan(mostMb);
      if (picture === 'small') continue;
      const clear = reader === 'decode' ? /^\w*Error: \S/ : /not a usable picture/;
      expect(refusal, reader).toMatch(clear);
    }
  });
});

const extensionOf = { yaml: 'yaml', dataset: 'jsonl', safetensors: 'safetensors', torch: 'pt' };

describe.each(textBombs)('a file for $reader: $name', ({ reader, bytes }) => {
  it(`is refused with a clear error, within ${mostMb} MB`, async () => {
    const path = await fileOf(`bomb.${extensionOf[reader]}`, bytes);

    const { refusal, peakMb } = await endAlone(reader, path);

    expect(peakMb).toBeLessThan(mostMb);
    expect(refusal).not.toBeNull();
    expect(refusal).not.toMatch(/RangeError|TypeError|call stack|heap|allocation/i);
  });
});

describe('a compressed reply', () => {
  let server: WireServer;
  const zeros = Buffer.alloc(256 * 2 ** 20);
  const bodies: Readonly<Record<string, Buffer>> = {
    gzip: gzipSync(zeros),
    'x-gzip': gzipSync(zeros),
    deflate: gzipSync(zeros),
    br: brotliCompressSync(zeros),
  };
  beforeAll(async () => {
    server = await openWireServer(({ path }, response) => {
      const encoding = path.slice(1);
      response.writeHead(200, { 'content-encoding': encoding }).end(bodies[encoding]);
    });
  });
  afterAll(() => server.close());

  it.each(Object.keys(bodies))(`by %s is refused within ${mostMb} MB`, async (encoding) => {
    const { refusal, peakMb } = await endAlone('reply', `${server.url}/${encoding}`);

    expect(refusal).toMatch(/^TransportError/);
    expect(peakMb).toBeLessThan(mostMb);
  });
});
