import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as the hub saw it. */
export type SeenRequest = {
  readonly path: string;
  readonly range: string | null;
  readonly token: string | null;
};

/** A server that answers as the hub does for one model. */
export type FakeHub = {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  /** Paths of the files that were asked for, in order. */
  readonly downloads: () => readonly string[];
  close(): Promise<void>;
};

export type FakeModel = {
  readonly repo: string;
  readonly commit: string;
  readonly files: Readonly<Record<string, Uint8Array>>;
};

/** What goes wrong; each may look at the request and answer in the hub's place. */
export type Misbehaviour = (
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
) => boolean;

/** Files that the hub keeps apart from git. */
const isLarge = (name: string): boolean => /\.onnx(_data)?$/.test(name);

export async function startFakeHub(
  model: FakeModel,
  misbehave: Misbehaviour = () => false,
): Promise<FakeHub> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    seen.push({
      path,
      range: request.headers.range ?? null,
      token: request.headers.authorization ?? null,
    });
    if (!misbehave(path, request, response)) answer(model, path, request, response);
  });
  const url = await listen(server);
  return {
    url,
    seen,
    downloads: () =>
      seen.filter(({ path }) => path.includes('/resolve/')).map(({ path }) => fileOf(model, path)),
    close: () => close(server),
  };
}

export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

function answer(
  model: FakeModel,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const [, repo, revision] =
    /^\/api\/models\/(.+)\/revision\/([^/?]+)\?blobs=true$/.exec(path) ?? [];
  if (repo !== undefined) return answerListing(model, repo, revision ?? '', response);
  const content = model.files[fileOf(model, path)];
  if (content === undefined) return refuse(response, 404, 'EntryNotFound');
  sendPart(content, request, response);
}

function answerListing(
  model: FakeModel,
  repo: string,
  revision: string,
  response: ServerResponse,
): void {
  if (repo !== model.repo) return refuse(response, 401, 'RepoNotFound');
  if (revision !== 'main' && revision !== model.commit) {
    return refuse(response, 404, 'RevisionNotFound');
  }
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(listingOf(model)));
}

/** What the hub says about a model's files. */
export function listingOf({ repo, commit, files }: FakeModel) {
  return {
    id: repo,
    sha: commit,
    siblings: Object.entries(files).map(([name, content]) => ({
      rfilename: name,
      size: content.byteLength,
      blobId: gitBlobSha1(content),
      ...(isLarge(name) && {
        lfs: { sha256: sha256Of(content), size: content.byteLength, pointerSize: 130 },
      }),
    })),
  };
}

/** Answers with a file, or with the rest of it where the request wants that. */
export function sendPart(
  content: Uint8Array,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (from > 0 && from >= content.byteLength) return refuse(response, 416, 'RangeNotSatisfiable');
  response.writeHead(from > 0 ? 206 : 200, {
    'content-length': content.byteLength - from,
    ...(from > 0 && {
      'content-range': `bytes ${from}-${content.byteLength - 1}/${content.byteLength}`,
    }),
  });
  response.end(content.subarray(from));
}

export function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'x-error-code': code });
  response.end();
}

export function sha256Of(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function gitBlobSha1(content: Uint8Array): string {
  return createHash('sha1').update(`blob ${content.byteLength}\0`).update(content).digest('hex');
}

function fileOf({ repo, commit }: FakeModel, path: string): string {
  return path.replace(`/${repo}/resolve/${commit}/`, '');
}
