import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { selfTestPictureName } from './self-test-picture.ts';

/** What tells whether a kept vector may be compared. */
export type ReferenceKey = {
  /** sha256 of the 32-bit float weights that made it. */
  readonly modelHash: string;
  readonly preprocessingId: string;
};

/** Vectors of the self-test's picture, kept beside the models that made them. */
export type SelfTestReferences = {
  find(key: ReferenceKey): Promise<Float32Array | undefined>;
  /** The model folder's only reference with this preparation, whichever weights made it. */
  findOnly(preprocessingId: string): Promise<Float32Array | undefined>;
  /** Keeps a vector in the model folder or, if that cannot be written, in the cache folder. */
  keep(key: ReferenceKey, vector: Float32Array): Promise<void>;
};

const referenceSchema = z.object({
  picture: z.literal(selfTestPictureName),
  modelHash: z.string(),
  preprocessingId: z.string(),
  vector: z.array(z.number()).min(1),
});
type Reference = z.infer<typeof referenceSchema>;

/**
 * @param modelPath    the model folder; references lie in its sub-folder `.videoqa`
 * @param cacheFolder  for models that lie where nothing can be written; null = then nothing is kept
 */
export function selfTestReferences(
  modelPath: string,
  cacheFolder: string | null,
): SelfTestReferences {
  const beside = join(modelPath, '.videoqa');
  const folders = cacheFolder === null ? [beside] : [beside, join(cacheFolder, 'self-test')];
  return {
    find: async (key) => {
      for (const folder of folders) {
        const reference = await readReference(join(folder, fileName(key)));
        if (reference?.modelHash === key.modelHash) return Float32Array.from(reference.vector);
      }
      return undefined;
    },
    findOnly: async (preprocessingId) => {
      const names = (await readdir(beside).catch(() => [])).filter((name) =>
        /^self-test-.*\.json$/.test(name),
      );
      const references = await Promise.all(names.map((name) => readReference(join(beside, name))));
      const fitting = references.filter((one) => one?.preprocessingId === preprocessingId);
      return fitting.length === 1 ? Float32Array.from(fitting[0]!.vector) : undefined;
    },
    keep: async (key, vector) => {
      const reference: Reference = { picture: selfTestPictureName, ...key, vector: [...vector] };
      for (const folder of folders) {
        if (await wrote(folder, fileName(key), reference)) return;
      }
    },
  };
}

function fileName({ modelHash, preprocessingId }: ReferenceKey): string {
  const preparation = createHash('sha256').update(preprocessingId).digest('hex');
  return `self-test-${modelHash.slice(0, 16)}-${preparation.slice(0, 8)}.json`;
}

/** Damaged files count as missing: the reference is then made anew. */
async function readReference(path: string): Promise<Reference | undefined> {
  try {
    return referenceSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Several workers may start at once, so the file appears whole or not at all. */
async function wrote(folder: string, name: string, reference: Reference): Promise<boolean> {
  const temporary = join(folder, `${name}.${randomUUID()}.tmp`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(temporary, `${JSON.stringify(reference)}\n`);
    await rename(temporary, join(folder, name));
    return true;
  } catch {
    return false;
  }
}
