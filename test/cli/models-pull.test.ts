import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readModelFolder } from '../../adapters/embedding/model-folder/model-folder.ts';
import { openTextTower } from '../../adapters/embedding/text/text-tower.ts';
import {
  type FakeHub,
  type FakeModel,
  type Misbehaviour,
  startFakeHub,
} from '../adapters/hub/fake-hub.ts';

const cliSource = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const tsx = import.meta.resolve('tsx');
const tinySiglip = new URL('../../simulator/model/tiny-siglip/', import.meta.url);
const names = [
  'config.json',
  'preprocessor_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'onnx/vision_model.onnx',
  'onnx/text_model.onnx',
];
const model: FakeModel = {
  repo: 'tester/tiny-siglip',
  commit: 'beef'.padEnd(40, '1'),
  files: Object.fromEntries(names.map((name) => [name, readFileSync(new URL(name, tinySiglip))])),
};

let folder: string;
let hub: FakeHub;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'models-pull-'));
});
afterEach(async () => {
  await hub.close();
  await rm(folder, { recursive: true });
});

describe('videoqa models pull', () => {
  it('fetches a model that then embeds, and says how a configuration names it', async () => {
    await serve();

    const { exitCode, stdout, stderr } = await videoqa(['models', 'pull', 'tester/tiny-siglip']);

    expect(exitCode).toBe(0);
    expect(stdout).toContain('6 of 6 files downloaded');
    expect(stdout).toContain(
      'embedding: { model: tester/tiny-siglip, path: "models/tester/tiny-siglip" }',
    );
    expect(stderr).toContain('onnx/vision_model.onnx  100% of 1.8 MB');
    const path = join(folder, 'models/tester/tiny-siglip');
    expect(await readModelFolder(path)).toMatchObject({ revision: model.commit, family: 'siglip' });
    const tower = await openTextTower({ path, device: 'cpu', dtype: 'fp32' });
    expect(tower.dimension).toBe(96);
    await tower.close();
  });

  it('prints JSON, and says when everything was there', async () => {
    await serve();
    const args = ['models', 'pull', 'tester/tiny-siglip', '--out', 'here', '--towers', 'vision'];

    const first = await videoqa([...args, '--json']);
    const second = await videoqa(args);

    expect(JSON.parse(first.stdout)).toMatchObject({
      repo: 'tester/tiny-siglip',
      revision: model.commit,
      folder: 'here',
      files: [
        { name: 'config.json', isNew: true },
        { name: 'preprocessor_config.json', isNew: true },
        { name: 'onnx/vision_model.onnx', isNew: true },
      ],
    });
    expect(second.stdout).toContain('complete already: 3 files verified, nothing downloaded');
  });

  it('ends with 130 at Ctrl-C and goes on from there', async () => {
    const half = model.files['onnx/vision_model.onnx']!.subarray(0, 900_000);
    let isFirst = true;
    await serve((path, _, response) => {
      if (!path.endsWith('vision_model.onnx') || !isFirst) return false;
      isFirst = false;
      response.writeHead(200, { 'content-length': 1_767_423 });
      response.write(half);
      return true;
    });
    const started = start(['models', 'pull', 'tester/tiny-siglip']);
    let isAsked = false;
    started.stderr.on('data', (text: Buffer) => {
      if (isAsked || !text.includes('vision_model.onnx')) return;
      // Once only: a second signal would end the process at whatever point it has reached.
      isAsked = true;
      started.kill('SIGINT');
    });
    const { exitCode, stderr } = await started;

    const again = await videoqa(['models', 'pull', 'tester/tiny-siglip']);

    expect(exitCode).toBe(130);
    expect(stderr).toContain('the same command goes on from here');
    expect(again.exitCode).toBe(0);
    expect(
      hub.seen.findLast(({ path }) => path.endsWith('vision_model.onnx'))?.range,
    ).not.toBeNull();
  });

  it.each([
    ['an unknown revision', ['tester/tiny-siglip@v9'], {}, 2, 'has no revision "v9"'],
    ['a name that is none', ['../x'], {}, 2, 'names no model on the hub'],
    [
      'a missing number format',
      ['tester/tiny-siglip', '--dtype', 'q4'],
      {},
      3,
      'it has --dtype fp32',
    ],
    ['offline mode', ['tester/tiny-siglip'], { HF_HUB_OFFLINE: '1' }, 3, 'HF_HUB_OFFLINE is set'],
  ])('ends with its own exit code for %s', async (_, args, environment, code, message) => {
    await serve();

    const { exitCode, stdout, stderr } = await videoqa(['models', 'pull', ...args], environment);

    expect(exitCode).toBe(code);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
  });

  it('never prints the token', async () => {
    await serve((_, __, response) => {
      response.writeHead(403, { 'x-error-code': 'GatedRepo' });
      response.end();
      return true;
    });

    const { exitCode, all } = await videoqa(['models', 'pull', 'tester/tiny-siglip'], {
      HF_TOKEN: 'hf_secret_token',
    });

    expect(exitCode).toBe(3);
    expect(hub.seen[0]?.token).toBe('Bearer hf_secret_token');
    expect(all).toContain('is gated');
    expect(all).not.toContain('hf_secret_token');
  });
});

describe('videoqa models verify', () => {
  it('tells intact files from damaged ones by its exit code', async () => {
    await serve();
    await videoqa(['models', 'pull', 'tester/tiny-siglip', '--out', 'here']);

    const intact = await videoqa(['models', 'verify', 'here']);
    await writeFile(join(folder, 'here/tokenizer.json'), '{}');
    const damaged = await videoqa(['models', 'verify', 'here', '--json']);

    expect(intact.exitCode).toBe(0);
    expect(damaged.exitCode).toBe(7);
    expect(JSON.parse(damaged.stdout)).toMatchObject({
      files: expect.arrayContaining([
        expect.objectContaining({ name: 'tokenizer.json', state: 'changed' }),
      ]) as unknown,
    });
    expect(damaged.stderr).toContain('1 of 6 files are not as they were fetched');
  });

  it('says that a folder was not fetched by it', async () => {
    await serve();

    const { exitCode, stderr } = await videoqa(['models', 'verify', '.']);

    expect(exitCode).toBe(3);
    expect(stderr).toContain('has no videoqa-model.json');
  });
});

async function serve(misbehave?: Misbehaviour): Promise<void> {
  hub = await startFakeHub(model, misbehave);
}

function start(args: readonly string[], environment: Record<string, string> = {}) {
  return execa(process.execPath, ['--import', tsx, cliSource, ...args], {
    cwd: folder,
    env: { HF_ENDPOINT: hub.url, ...environment },
    all: true,
    reject: false,
  });
}

async function videoqa(args: readonly string[], environment: Record<string, string> = {}) {
  const { exitCode, stdout, stderr, all } = await start(args, environment);
  return { exitCode, stdout, stderr, all };
}
