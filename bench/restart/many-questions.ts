import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConfigInput } from '../../domain/config/config.ts';
import { generateDataset } from '../../simulator/world/generate-dataset.ts';

const questionsPerVideo = 10;

/** How a configuration names it. */
export function datasetOf({ file: path, frames }: ManyQuestions): ConfigInput['dataset'] {
  return { format: 'lvbench', path, frames, frameTime: { perSecond: 1 } };
}

type Question = { readonly uid: string; readonly question: string; readonly answer: string };
type Video = { readonly key: string; readonly qa: readonly Question[] };

/** An LVBench file and its folder of frames. */
export type ManyQuestions = { readonly file: string; readonly frames: string };

/**
 * Writes an LVBench file with any number of questions about a few drawn videos: the drawn ones again
 * and again, their options in other orders, so that most requests differ.
 */
export async function writeManyQuestions(folder: string, items: number): Promise<ManyQuestions> {
  const directory = join(folder, 'world');
  // Ten questions with four options in any order: 240 different ones about each.
  const videos = Math.min(20, Math.max(2, Math.ceil(items / 200)));
  await generateDataset({ directory, videos, questionsPerVideo });
  const text = await readFile(join(directory, 'video_info.meta.jsonl'), 'utf8');
  const drawn = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Video);
  const perVideo = Math.ceil(items / drawn.length);
  let left = items;
  const lines = drawn.map((video) => {
    const qa = Array.from({ length: Math.min(perVideo, left) }, (_, n) => {
      const question = video.qa[n % video.qa.length]!;
      return {
        ...question,
        ...turned(question, Math.floor(n / video.qa.length)),
        uid: `${video.key}-${n}`,
      };
    });
    left -= qa.length;
    return JSON.stringify({ ...video, qa });
  });
  const file = join(folder, 'many.meta.jsonl');
  await writeFile(file, `${lines.join('\n')}\n`);
  return { file, frames: join(directory, 'frames') };
}

/** The question with its options in the `number`th order, and the letter that is right there. */
function turned({ uid, question, answer }: Question, number: number): Question {
  const [asked = '', ...options] = question.split(/\n?\([A-Z]\) /);
  const right = options['ABCDEFGH'.indexOf(answer)];
  const order = permutation(options, number);
  const listed = order.map((option, n) => `(${'ABCDEFGH'[n]}) ${option.trim()}`);
  return {
    uid,
    question: [asked, ...listed].join('\n'),
    answer: 'ABCDEFGH'[order.indexOf(right ?? '')] ?? answer,
  };
}

function permutation<Entry>(entries: readonly Entry[], number: number): Entry[] {
  const rest = [...entries];
  const order: Entry[] = [];
  for (let left = number; rest.length > 0;) {
    const [taken] = rest.splice(left % rest.length, 1);
    left = Math.floor(left / (rest.length + 1));
    order.push(taken!);
  }
  return order;
}
