import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { normalizeRows } from '../../domain/frames/similarity.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import { unknownModelHash } from './embedding-origin.ts';
import { type NewFrameIndex, parseIndexMetadata, writeFrameIndexFile } from './frame-index.ts';
import { openSafetensorsFile } from './safetensors-file.ts';
import { readTorchEmbeddings } from './torch/torch-embeddings.ts';

/** What stands in an index for the preparation of pictures that nobody recorded. */
const importedPreprocessing = 'imported';
const unknown = 'unknown';

export type ImportRequest = {
  /** Folder with one `.pt` per video. */
  readonly folder: string;
  /** Receives one `.safetensors` per video; made where it is not there. */
  readonly out: string;
  /** The model that made them, as people name it. */
  readonly modelId: string | null;
  /** Ends the work between two files. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ImportProgress) => void;
};

export type ImportProgress = {
  readonly step: 'checked' | 'converted' | 'kept';
  readonly file: string;
  readonly position: number;
  readonly total: number;
};

export type ImportResult = {
  readonly converted: readonly string[];
  /** Converted before, from the same bytes. */
  readonly kept: readonly string[];
};

/** A source file, and what it looked like when it was checked. */
type Source = {
  readonly path: string;
  readonly target: string;
  readonly sha256: string;
  readonly changedMs: number;
  readonly isConverted: boolean;
};

/**
 * Turns every `.pt` file of a folder into a frame index with unit rows and base names as frame
 * names. All files are checked before the first is written. Doing it again converts what is new.
 *
 * @throws {UsageError} with every problem of every file; then nothing was written
 */
export async function importEmbeddings(request: ImportRequest): Promise<ImportResult> {
  const { out, signal, onProgress = () => undefined } = request;
  const sources = await checkSources(request, onProgress);
  await mkdir(out, { recursive: true });
  const converted: string[] = [];
  const kept: string[] = [];
  for (const [position, source] of sources.entries()) {
    signal?.throwIfAborted();
    const step = source.isConverted ? 'kept' : 'converted';
    if (!source.isConverted) await convert(source, request.modelId);
    (source.isConverted ? kept : converted).push(source.target);
    onProgress({ step, file: source.path, position, total: sources.length });
  }
  return { converted, kept };
}

async function checkSources(
  request: ImportRequest,
  onProgress: (progress: ImportProgress) => void,
): Promise<Source[]> {
  const files = await listTorchFiles(request.folder);
  const sources: Source[] = [];
  const problems: string[] = [];
  for (const [position, file] of files.entries()) {
    request.signal?.throwIfAborted();
    try {
      sources.push(await checkSource(file, request));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problems.push(error.message);
    }
    onProgress({ step: 'checked', file, position, total: files.length });
  }
  if (problems.length > 0) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    throw new UsageError(`nothing was imported, ${count}:\n${problems.join('\n')}`);
  }
  return sources;
}

async function listTorchFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new UsageError(`the folder ${folder} cannot be read; check the path`, { cause: error });
  });
  const files = names.filter((name) => parse(name).ext === '.pt').toSorted();
  if (files.length === 0) throw new UsageError(`the folder ${folder} holds no .pt file`);
  return files.map((name) => join(folder, name));
}

async function checkSource(path: string, { out, modelId }: ImportRequest): Promise<Source> {
  const target = join(out, `${parse(path).name}.safetensors`);
  const changedMs = await changeTime(path);
  const sha256 = await hashFile(path);
  const source = { path, target, sha256, changedMs };
  const made = await madeFrom(target);
  if (made === null) {
    await readIndex(source, modelId);
    return { ...source, isConverted: false };
  }
  if (made.sha256 !== sha256 || made.modelId !== (modelId ?? unknown)) {
    throw new UsageError(
      `${target} is there already and was not made from ${path} for this model; delete it, or ` +
        'choose another folder with --out',
    );
  }
  return { ...source, isConverted: true };
}

/** What an index that is already there was made from; null where there is none. */
async function madeFrom(target: string): Promise<{ sha256: string; modelId: string } | null> {
  const isThere = await stat(target).then(
    () => true,
    () => false,
  );
  if (!isThere) return null;
  const other = { sha256: '', modelId: '' };
  const file = await openSafetensorsFile(target).catch(() => undefined);
  const header = parseIndexMetadata(file?.metadata ?? {});
  await file?.close();
  return header === null ? other : { sha256: header.videoFingerprint, modelId: header.modelId };
}

async function convert(source: Source, modelId: string | null): Promise<void> {
  const index = await readIndex(source, modelId);
  if ((await changeTime(source.path)) !== source.changedMs) {
    throw new UsageError(`${source.path} changed while it was imported; run the command again`);
  }
  await writeFrameIndexFile(source.target, index);
}

async function readIndex(
  { path, sha256 }: Pick<Source, 'path' | 'sha256'>,
  modelId: string | null,
): Promise<NewFrameIndex> {
  const { filenames, embeddings, dimension } = await readTorchEmbeddings(path);
  try {
    normalizeRows(embeddings, dimension);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const message = `cannot use ${path}: ${error.message}; embed this frame again`;
    throw new UsageError(message, { cause: error });
  }
  return {
    modelId: modelId ?? unknown,
    modelHash: unknownModelHash,
    dtype: unknown,
    preprocessingId: importedPreprocessing,
    dimension,
    frameNames: filenames.map((name) => name.split(/[\\/]/).at(-1) ?? name),
    vectors: embeddings,
    videoFingerprint: sha256,
  };
}

async function changeTime(path: string): Promise<number> {
  const stats = await stat(path).catch(unreadable(path));
  return stats.mtimeMs;
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) {
      hash.update(chunk as Uint8Array);
    }
  } catch (error) {
    return unreadable(path)(error);
  }
  return hash.digest('hex');
}

function unreadable(path: string): (error: unknown) => never {
  return (error) => {
    throw new UsageError(`${path} cannot be read; check the file`, { cause: error });
  };
}
