import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../../domain/errors/usage-error.ts';

/** A list of records, and the judge who has judged them; null = nobody, or nobody says who. */
export type ResultList = {
  readonly file: string;
  readonly judge: string | null;
  readonly records: readonly unknown[];
};

/** PLLaVA's result files in a folder. */
export type ResultFiles = {
  /** `inference_results.json`: before anybody judged. */
  readonly inference: ResultList | null;
  /** `all_results.json`. */
  readonly all: ResultList | null;
  /** `final_results-<judge>.json`, by judge. */
  readonly finals: readonly ResultList[];
  /** When the newest of them was written. */
  readonly writtenAt: Date;
};

const listSchema = z.array(z.unknown(), { error: 'does not hold a list of records' });
const resultsSchema = z.looseObject(
  { result_list: z.array(z.unknown(), { error: 'has no list result_list' }) },
  { error: 'does not hold an object with result_list' },
);

const finalName = /^final_results-(.+)\.json$/;

/**
 * Reads the result files that PLLaVA leaves in the folder of a run.
 *
 * @throws {UsageError} naming the file that is damaged, or that none is there
 */
export async function readResultFiles(folder: string): Promise<ResultFiles> {
  const names = (await namesIn(folder)).toSorted();
  const read = async (name: string, judge: string | null): Promise<ResultList> => {
    const file = join(folder, name);
    const value = await readJson(file);
    if (name === 'inference_results.json')
      return { file, judge, records: checked(file, listSchema, value) };
    return { file, judge, records: checked(file, resultsSchema, value).result_list };
  };
  const ifThere = (name: string) => (names.includes(name) ? read(name, null) : null);
  const judges = names.flatMap((name) => finalName.exec(name)?.[1] ?? []);
  const inference = await ifThere('inference_results.json');
  const all = await ifThere('all_results.json');
  const finals = await Promise.all(
    judges.map((judge) => read(`final_results-${judge}.json`, judge)),
  );
  const files = [inference, all, ...finals].flatMap((list) => list?.file ?? []);
  if (files.length === 0) {
    throw new UsageError(
      `There are no results of PLLaVA in ${folder}: none of all_results.json, ` +
        'inference_results.json and final_results-<judge>.json.',
    );
  }
  const times = await Promise.all(files.map(async (file) => (await stat(file)).mtimeMs));
  return { inference, all, finals, writtenAt: new Date(Math.max(...times)) };
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`The folder ${folder} cannot be read (${error.code}).`, { cause: error });
  });
}

async function readJson(file: string): Promise<unknown> {
  const bytes = await readFile(file);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new UsageError(`${file} is not UTF-8 text. Fetch it again.`, { cause: error });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${file} is not whole JSON (${why}). Fetch it again.`, { cause: error });
  }
}

function checked<Value>(file: string, schema: z.ZodType<Value>, value: unknown): Value {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UsageError(`${file} ${parsed.error.issues[0]?.message}.`);
}
