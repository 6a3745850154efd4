import { randomBytes } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Hub } from '../../../adapters/hub/hub.ts';
import { HubConnectionError } from '../../../adapters/hub/hub-request.ts';
import { pullModel, type PullProgress } from '../../../adapters/hub/pull-model.ts';
import { parseRepoName } from '../../../adapters/hub/repo-name.ts';
import { EnvironmentError, UsageError } from '../../../domain/errors/usage-error.ts';
import {
  close,
  type FakeHub,
  type FakeModel,
  listen,
  listingOf,
  type Misbehaviour,
  refuse,
  sendPart,
  sha256Of,
  startFakeHub,
} from './fake-hub.ts';

const commit = 'c0ffee'.padEnd(40, '0');
const bytes = (text: string): Uint8Array => Buffer.from(text);
const model: FakeModel = {
  repo: 'tester/tiny-siglip-ONNX',
  commit,
  files: {
    'README.md': bytes('not needed'),
    'config.json': bytes('{"model_type":"siglip"}'),
    'preprocessor_config.json': bytes('{"size":32}'),
    'tokenizer.json': bytes('{}'),
    'tokenizer_config.json': bytes('{}'),
    'onnx/model.onnx': bytes('both towers'),
    'onnx/vision_model.onnx': randomBytes(300_000),
    'onnx/vision_model.onnx_data': randomBytes(200_000),
    'onnx/vision_model_fp16.onnx': randomBytes(1000),
    'onnx/text_model.onnx': randomBytes(1000),
    'onnx/text_model_fp16.onnx': randomBytes(1000),
  },
};
const wantedFiles = [
  'config.json',
  'preprocessor_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'onnx/vision_model.onnx',
  'onnx/vision_model.onnx_data',
  'onnx/text_model.onnx',
];
const vision = 'onnx/vision_model.onnx';

let folder: string;
let hub: FakeHub;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pull-model-'));
});
afterEach(async () => {
  await hub.close();
  await rm(folder, { recursive: true });
});

describe('pullModel', () => {
  it('fetches only the files that are needed, at the commit of the revision', async () => {
    await serve();

    const pulled = await pull();

    expect(pulled).toMatchObject({ repo: model.repo, revision: commit, folder });
    expect(pulled.files.map(({ name }) => name)).toEqual(wantedFiles);
    expect(hub.downloads()).toEqual(wantedFiles);
    for (const name of wantedFiles) expect(await hashOf(name)).toBe(sha256Of(model.files[name]!));
    expect(JSON.parse(await readFile(join(folder, 'videoqa-model.json'), 'utf8'))).toEqual({
      repo: model.repo,
      revision: commit,
      files: Object.fromEntries(wantedFiles.map((name) => [name, sha256Of(model.files[name]!)])),
    });
    expect(await leftovers()).toEqual([]);
  });

  it('fetches the vision tower alone in another number format', async () => {
    await serve();

    const { files } = await pull({ parts: { towers: ['vision'], dtype: 'fp16' } });

    expect(files.map(({ name }) => name)).toEqual([
      'config.json',
      'preprocessor_config.json',
      'onnx/vision_model_fp16.onnx',
    ]);
  });

  it('tells how far each file is', async () => {
    await serve();
    const told: PullProgress[] = [];

    await pull({ onProgress: (progress) => told.push(progress) });

    const last = told.findLast(({ file }) => file === vision);
    expect(last).toEqual({ file: vision, bytes: 300_000, totalBytes: 300_000 });
  });

  it('verifies what is there already and downloads nothing', async () => {
    await serve();
    await pull();
    const before = hub.downloads().length;

    const { files } = await pull();

    expect(files.every(({ isNew }) => !isNew)).toBe(true);
    expect(hub.downloads()).toHaveLength(before);
  });

  it('fetches a file again that was damaged on disk', async () => {
    await serve();
    await pull();
    await writeFile(join(folder, vision), new Uint8Array(300_000));

    const { files } = await pull();

    expect(files.filter(({ isNew }) => isNew).map(({ name }) => name)).toEqual([vision]);
    expect(await hashOf(vision)).toBe(sha256Of(model.files[vision]!));
  });

  it('keeps the files of another number format at the same commit in the manifest', async () => {
    await serve();
    await pull();

    await pull({ parts: { towers: ['vision', 'text'], dtype: 'fp16' } });

    const manifest = await readFile(join(folder, 'videoqa-model.json'), 'utf8');
    expect(manifest).toContain('vision_model.onnx"');
    expect(manifest).toContain('vision_model_fp16.onnx"');
  });

  it('goes on where the connection was cut', async () => {
    let cut: (() => void) | null = null;
    await serve((path, _, response) => {
      if (!path.endsWith(vision) || cut !== null) return false;
      cut = () => response.destroy();
      response.writeHead(200, { 'content-length': 300_000 });
      response.write(model.files[vision]!.subarray(0, 100_000));
      return true;
    });

    // Cut once something lies on the disk: fetch may drop what had arrived when a connection ends.
    await pull({ onProgress: ({ file }) => file === vision && cut?.() });

    const [, second] = hub.seen.filter(({ path }) => path.endsWith(vision));
    expect(second?.range).toMatch(/^bytes=[1-9]\d*-$/);
    expect(await hashOf(vision)).toBe(sha256Of(model.files[vision]!));
  });

  it('goes on where an earlier pull ended', async () => {
    await serve();
    await place(`${vision}.partial`, model.files[vision]!.subarray(0, 120_000));

    await pull();

    expect(hub.seen.find(({ path }) => path.endsWith(vision))?.range).toBe('bytes=120000-');
    expect(await hashOf(vision)).toBe(sha256Of(model.files[vision]!));
  });

  it('begins anew where the earlier part is of another file', async () => {
    await serve();
    await place(`${vision}.partial`, new Uint8Array(120_000));

    await pull();

    expect(await hashOf(vision)).toBe(sha256Of(model.files[vision]!));
  });

  it('begins anew where the hub cannot resume', async () => {
    await serve((path, request, response) => {
      if (!path.endsWith(vision)) return false;
      delete request.headers.range;
      sendPart(model.files[vision]!, request, response);
      return true;
    });
    await place(`${vision}.partial`, model.files[vision]!.subarray(0, 120_000));

    await pull();

    expect(await hashOf(vision)).toBe(sha256Of(model.files[vision]!));
  });

  it('gives up after five connections that bring nothing, and keeps what is there', async () => {
    await serve((path, _, response) => {
      if (!path.endsWith(vision)) return false;
      response.destroy();
      return true;
    });
    await place(`${vision}.partial`, model.files[vision]!.subarray(0, 120_000));

    await expect(pull()).rejects.toBeInstanceOf(HubConnectionError);

    expect(hub.seen.filter(({ path }) => path.endsWith(vision))).toHaveLength(5);
    expect((await contentOf(`${vision}.partial`)).byteLength).toBe(120_000);
    expect(await readdir(folder)).not.toContain('videoqa-model.json');
  });

  it('ends a connection that falls silent and tries again', async () => {
    let silences = 0;
    await serve((path, _, response) => {
      if (!path.endsWith(vision) || silences > 0) return false;
      silences += 1;
      response.writeHead(200, { 'content-length': 300_000 });
      response.write(model.files[vision]!.subarray(0, 1000));
      return true;
    });

    await pull({ patience: { pauseMs: 1, stallMs: 500 } });

    expect(await hashOf(vision)).toBe(sha256Of(model.files[vision]!));
  });

  it('waits for a slow connection as long as something arrives', async () => {
    const content = model.files[vision]!;
    await serve((path, _, response) => {
      if (!path.endsWith(vision)) return false;
      response.writeHead(200, { 'content-length': content.byteLength });
      const parts = Array.from({ length: 15 }, (__, part) =>
        content.subarray(part * 20_000, (part + 1) * 20_000),
      );
      void sendSlowly(parts, response);
      return true;
    });

    // Longer than any pause, shorter than all of them.
    await pull({ patience: { pauseMs: 1, stallMs: 2000 } });

    expect(hub.downloads().filter((name) => name === vision)).toHaveLength(1);
  });

  it('remembers the hashes of files of which the hub says nothing', async () => {
    await serve((path, _, response) => {
      if (!path.startsWith('/api/')) return false;
      const siblings = Object.keys(model.files).map((name) => ({ rfilename: name }));
      response.end(JSON.stringify({ sha: commit, siblings }));
      return true;
    });
    await pull();
    await writeFile(join(folder, 'config.json'), 'damaged');

    const { files } = await pull();

    expect(files.filter(({ isNew }) => isNew).map(({ name }) => name)).toEqual(['config.json']);
  });

  it.each([
    ['a large file by its sha256', vision, /its sha256 is/],
    ['a small file by its git hash', 'config.json', /its git hash is/],
  ])('refuses %s', async (_, file, message) => {
    await serve((path, request, response) => {
      if (!path.endsWith(`/${file}`)) return false;
      const other = Uint8Array.from(model.files[file]!);
      other[0]! ^= 1;
      sendPart(other, request, response);
      return true;
    });

    const pulling = pull();

    await expect(pulling).rejects.toBeInstanceOf(EnvironmentError);
    await expect(pulling).rejects.toThrow(message);
    await expect(contentOf(file)).rejects.toThrow('ENOENT');
  });

  it('refuses a file that is longer than the hub says', async () => {
    await serve((path, request, response) => {
      if (!path.endsWith('/config.json')) return false;
      sendPart(new Uint8Array(100_000), request, response);
      return true;
    });

    await expect(pull()).rejects.toThrow(/sends more of config\.json than the 23 bytes expected/);
  });

  it('does not send the token to another host', async () => {
    const others: (string | undefined)[] = [];
    const storage = createServer((request, response) => {
      others.push(request.headers.authorization);
      sendPart(model.files[vision]!, request, response);
    });
    const storageUrl = await listen(storage);
    await serve((path, _, response) => {
      if (!path.endsWith(vision)) return false;
      response.writeHead(302, { location: `${storageUrl}/blob?signature=1` });
      response.end();
      return true;
    });

    await pull({ hub: { ...hubAt(hub), token: 'hf_secret' } });

    expect(others).toEqual([undefined]);
    expect(new Set(hub.seen.map(({ token }) => token))).toEqual(new Set(['Bearer hf_secret']));
    await close(storage);
  });

  it('follows the redirect of a renamed repository', async () => {
    await serve((path, _, response) => {
      if (!path.includes('/old-name/')) return false;
      response.writeHead(307, { location: path.replace('old-name', 'tiny-siglip-ONNX') });
      response.end();
      return true;
    });

    const { revision } = await pull({ name: parseRepoName('tester/old-name') });

    expect(revision).toBe(commit);
  });

  it('says when there is no such revision', async () => {
    await serve();

    const pulling = pull({ name: parseRepoName(`${model.repo}@v9`) });

    await expect(pulling).rejects.toBeInstanceOf(UsageError);
    await expect(pulling).rejects.toThrow(
      `${model.repo} on ${new URL(hub.url).host} has no revision "v9"`,
    );
  });

  it.each([
    [404, 'RepoNotFound', null, UsageError, /has no model/],
    [
      401,
      'RepoNotFound',
      null,
      EnvironmentError,
      /there is no such model, or it is private.*HF_TOKEN/,
    ],
    [401, 'RepoNotFound', 'hf_wrong', EnvironmentError, /HF_TOKEN is wrong or may not read it/],
    [401, 'GatedRepo', null, EnvironmentError, /gated: accept its terms on .*then set HF_TOKEN/],
    [403, 'GatedRepo', 'hf_right', EnvironmentError, /the account of HF_TOKEN may not read it/],
    [503, '', null, EnvironmentError, /answered 503.*try again later/],
  ])('explains a %i with %s', async (status, code, token, kind, message) => {
    await serve((_, __, response) => {
      refuse(response, status, code);
      return true;
    });

    const pulling = pull({ hub: { ...hubAt(hub), token } });

    await expect(pulling).rejects.toBeInstanceOf(kind);
    await expect(pulling).rejects.toThrow(message);
    await expect(pulling).rejects.not.toThrow(/hf_/);
  });

  it('explains a hub that cannot be reached', async () => {
    await serve();
    await hub.close();

    await expect(pull()).rejects.toThrow(/cannot be reached: .*ECONNREFUSED.*HF_ENDPOINT/);
  });

  it('refuses an answer that is no list of files', async () => {
    await serve((_, __, response) => {
      response.end('<html>please log in</html>');
      return true;
    });

    await expect(pull()).rejects.toThrow(/something else than a list of files; check HF_ENDPOINT/);
  });

  it('takes no name from the hub that leads out of the folder', async () => {
    const evil = { rfilename: '../../onnx/vision_model.onnx_data', size: 4, blobId: null };
    await serve((path, _, response) => {
      if (!path.startsWith('/api/')) return false;
      const listing = listingOf(model);
      response.end(JSON.stringify({ ...listing, siblings: [...listing.siblings, evil] }));
      return true;
    });

    await pull();

    expect(hub.downloads()).toEqual(wantedFiles);
  });

  it('refuses a folder with files of somebody else, and leaves them', async () => {
    await serve();
    await place('config.json', bytes('my own'));

    await expect(pull()).rejects.toThrow(/config\.json is there already.*--out/);

    expect(await contentOf('config.json')).toEqual(bytes('my own'));
  });

  it('takes over files that were copied by hand and are the same', async () => {
    await serve();
    await place(vision, model.files[vision]!);

    const { files } = await pull();

    expect(files.find(({ name }) => name === vision)?.isNew).toBe(false);
  });

  it('refuses a folder that holds another model', async () => {
    await serve();
    await pull();

    const pulling = pull({ name: parseRepoName('tester/another') });

    await expect(pulling).rejects.toThrow(/holds tester\/tiny-siglip-ONNX; choose another folder/);
  });

  it('moves to another commit, but not beside files of the old one', async () => {
    await serve();
    await pull();
    await hub.close();
    const newer = { ...model, commit: 'f'.repeat(40) };
    hub = await startFakeHub({
      ...newer,
      files: { ...model.files, 'config.json': bytes('{"model_type":"clip"}') },
    });

    const visionOnly = pull({ parts: { towers: ['vision'], dtype: 'fp32' } });
    await expect(visionOnly).rejects.toThrow(/tokenizer\.json.*would not fit to ffff/);
    const { revision, files } = await pull();

    expect(revision).toBe(newer.commit);
    expect(files.filter(({ isNew }) => isNew).map(({ name }) => name)).toEqual(['config.json']);
  });

  it('ends with the reason of an aborted signal and can go on later', async () => {
    const controller = new AbortController();
    await serve();
    const onProgress = ({ file }: PullProgress): void => {
      if (file === vision) controller.abort(new Error('interrupted'));
    };

    await expect(pull({ signal: controller.signal, onProgress })).rejects.toThrow('interrupted');

    expect((await pull()).revision).toBe(commit);
  });
});

describe('pullModel of a repository without the parts', () => {
  it.each([
    [
      'number formats',
      ['onnx/vision_model_q4.onnx', 'onnx/text_model_q4.onnx'],
      /it has --dtype q4/,
    ],
    [
      'the vision tower alone',
      ['onnx/vision_model.onnx'],
      /no onnx\/text_model\.onnx; with --towers vision/,
    ],
    ['both towers in one file', ['onnx/model.onnx'], /both towers in one file/],
    ['no ONNX files', ['model.safetensors'], /choose an ONNX export in the layout/],
  ])('says that it has %s', async (_, names, message) => {
    const common = wantedFiles.filter((name) => !name.startsWith('onnx/'));
    const files = Object.fromEntries([...common, ...names].map((name) => [name, bytes('{}')]));
    hub = await startFakeHub({ ...model, files });

    await expect(pull()).rejects.toThrow(message);
  });
});

describe('pullModel with HF_HUB_OFFLINE', () => {
  it('asks nobody and says what the folder lacks', async () => {
    await serve();

    const pulling = pullOffline();

    await expect(pulling).rejects.toBeInstanceOf(EnvironmentError);
    await expect(pulling).rejects.toThrow(/HF_HUB_OFFLINE is set.*onnx\/vision_model\.onnx/);
    expect(hub.seen).toEqual([]);
  });

  it('verifies a folder that is complete', async () => {
    await serve();
    const online = await pull();
    const asked = hub.seen.length;

    const offline = await pullOffline();

    expect(offline).toEqual({
      ...online,
      files: online.files.map((file) => ({ ...file, isNew: false })),
    });
    expect(hub.seen).toHaveLength(asked);
  });

  it('names files that were changed or deleted', async () => {
    await serve();
    await pull();
    await writeFile(join(folder, vision), 'damaged');
    await rm(join(folder, 'config.json'));

    await expect(pullOffline()).rejects.toThrow(
      /config\.json \(missing\), onnx\/vision_model\.onnx \(changed\)/,
    );
  });

  it('refuses a folder at another commit than the one asked for', async () => {
    await serve();
    await pull();

    const pulling = pullOffline(`${model.repo}@${'a'.repeat(40)}`);

    await expect(pulling).rejects.toThrow(new RegExp(`at ${commit}, not at aaaa`));
  });
});

async function serve(misbehave?: Misbehaviour): Promise<void> {
  hub = await startFakeHub(model, misbehave);
}

async function sendSlowly(parts: readonly Uint8Array[], response: ServerResponse): Promise<void> {
  for (const part of parts) {
    response.write(part);
    await delay(200);
  }
  response.end();
}

function hubAt({ url }: FakeHub): Hub {
  return { baseUrl: url, token: null, isOffline: false };
}

function pull(changes: Partial<Parameters<typeof pullModel>[0]> = {}) {
  return pullModel({
    hub: hubAt(hub),
    name: parseRepoName(model.repo),
    parts: { towers: ['vision', 'text'], dtype: 'fp32' },
    folder,
    signal: new AbortController().signal,
    onProgress: () => {},
    // A pause of the machine is no silence of the hub.
    patience: { pauseMs: 1, stallMs: 20_000 },
    ...changes,
  });
}

function pullOffline(name = model.repo) {
  return pull({ hub: { ...hubAt(hub), isOffline: true }, name: parseRepoName(name) });
}

async function contentOf(name: string): Promise<Uint8Array> {
  return readFile(join(folder, name));
}

async function hashOf(name: string): Promise<string> {
  return sha256Of(await contentOf(name));
}

async function place(name: string, content: Uint8Array): Promise<void> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

async function leftovers(): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => /partial|new/.test(name));
}
