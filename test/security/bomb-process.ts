import { readFile } from 'node:fs/promises';
import { decodePicture } from '../../adapters/embedding/pictures/picture-decoding.ts';
import { pictureInfo, resizeFrame } from '../../adapters/frames/picture.ts';
import { readConfig } from '../../adapters/config-files/read-config.ts';
import { loadDataset } from '../../adapters/datasets/load-dataset.ts';
import { readVideoEmbeddings } from '../../adapters/index-files/video-embeddings.ts';
import { wireFetch } from '../../adapters/models/wire-fetch.ts';

const readers: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  info: async (path) => pictureInfo(await readFile(path)),
  resize: async (path) => resizeFrame(await readFile(path), 512),
  decode: async (path) => decodePicture(await readFile(path)),
  yaml: (path) => readConfig(path),
  dataset: async (path) => {
    const { problems } = await loadDataset({ path, format: 'original', limit: null });
    if (problems.length > 0) throw new Error(problems[0]!.what);
  },
  safetensors: (path) => readVideoEmbeddings(path),
  torch: (path) => readVideoEmbeddings(path),
  reply: (url) => wireFetch(url, { method: 'GET' }, AbortSignal.timeout(30_000)),
};

/** What reading one file came to. */
export type BombEnd = {
  readonly reader: string;
  readonly path: string;
  /** Name and message of the error; null when it was read. */
  readonly refusal: string | null;
  /** The most memory that this process has taken so far. */
  readonly peakMb: number;
};

/** Reads files, one after the other, in a process that does nothing else; a line of JSON for each. */
process.on('message', ({ reader, path }: { reader: string; path: string }) => {
  void readers[reader]!(path)
    .then(
      () => null,
      (error: unknown) =>
        error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 500) : String(error),
    )
    .then((refusal) => {
      const peakMb = process.resourceUsage().maxRSS / 1024;
      process.send?.({ reader, path, refusal, peakMb } satisfies BombEnd);
    });
});
