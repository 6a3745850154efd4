import { access, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UsageError } from '../../domain/errors/usage-error.ts';
import { writeFileWhole } from '../index-files/write-file-whole.ts';
import type { QuestionDraft } from './format.ts';
import { problemLines } from './problem-counts.ts';
import { readDataset } from './read-dataset.ts';

/**
 * Writes IG-VLM's CSV of ActivityNet-QA, MSVD-QA, MSRVTT-QA or TGIF-QA as the files that Free Video-LLM
 * makes of it: `[{video_name, question_id, question}]` and `[{answer, type, question_id}]`, byte for byte
 * but for one thing. TGIF's questions get the ids that are unique, where that preparation takes the id
 * of the GIF and so loses half of them.
 *
 * @returns the files: `test_q.json` and `test_a.json` for ActivityNet-QA, `val_*` for the others
 * @throws {UsageError} when the file is something else or damaged, or `out` has such files
 */
export async function convertIgvlm(path: string, out: string): Promise<readonly string[]> {
  const drafts = await readOpenQuestions(path);
  const isActivitynet = drafts.every(isOfActivitynet);
  const split = isActivitynet ? 'test' : 'val';
  const folder = resolve(out);
  const files = [
    {
      file: join(folder, `${split}_q.json`),
      records: drafts.map(({ id, source }) => ({
        video_name: isActivitynet ? nameOf(source).slice('v_'.length) : nameOf(source),
        question_id: id,
        question: source['question'],
      })),
    },
    {
      file: join(folder, `${split}_a.json`),
      records: drafts.map(({ id, source }) => ({
        answer: source['answer'],
        type: Number(source['question_type']),
        question_id: id,
      })),
    },
  ];
  for (const { file } of files) await refuseExisting(file);
  await mkdir(folder, { recursive: true });
  for (const { file, records } of files)
    await writeFileWhole(file, async (handle) => handle.writeFile(pythonJson(records)));
  return files.map(({ file }) => file);
}

async function readOpenQuestions(path: string): Promise<readonly QuestionDraft[]> {
  const { drafts, problems } = await readDataset({ path, format: 'igvlm' });
  const fatal = problems.filter(({ severity }) => severity === 'fatal');
  if (fatal.length > 0) throw new UsageError(problemLines(fatal).join('\n'));
  if (drafts.length > 0 && drafts.every(isOfFourSets)) return drafts;
  throw new UsageError(
    `${path}: not IG-VLM's table of ActivityNet-QA, MSVD-QA, MSRVTT-QA or TGIF-QA, which alone become ` +
      'pairs of files: it has options, no column video_id, or types that are no numbers.',
  );
}

function isOfFourSets({ options, source }: QuestionDraft): boolean {
  const type = source['question_type'];
  return options.length === 0 && 'video_id' in source && /^\d+$/.test(String(type));
}

const nameOf = (source: QuestionDraft['source']): string => String(source['video_name']);

/** Its questions alone are called `v_<video>_<number>`. */
function isOfActivitynet({ id, source }: QuestionDraft): boolean {
  const name = nameOf(source);
  return name.startsWith('v_') && id?.startsWith(`${name}_`) === true;
}

async function refuseExisting(file: string): Promise<void> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (isThere) throw new UsageError(`${file} is there already. Name another folder with --out.`);
}

/** As `json.dump(records, file, indent=4)` writes it: ASCII alone. */
function pythonJson(records: readonly object[]): string {
  return JSON.stringify(records, null, 4).replace(
    /[^\n -~]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
