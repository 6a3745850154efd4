import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConfigInput } from '../../domain/config/config.ts';
import { drawDataset } from './e2e-evaluation.ts';

type Video = {
  readonly key: string;
  readonly qa: readonly {
    readonly uid: string;
    readonly question: string;
    readonly answer: string;
  }[];
};

/**
 * Open-ended questions about the synthetic videos, in MLVU's shape: the right answer is the text of
 * the right option.
 *
 * @returns the folder of the frames
 */
export async function writeOpenQuestions(file: string, items: number): Promise<string> {
  const folder = await drawDataset(items);
  const lines = (await readFile(join(folder, 'video_info.meta.jsonl'), 'utf8')).trim().split('\n');
  const records = lines.flatMap((line) => {
    const { key, qa } = JSON.parse(line) as Video;
    return qa.map(({ uid, question, answer }) => {
      const option = new RegExp(`^\\(${answer}\\) (.*)$`, 'm').exec(question)?.[1] ?? '';
      const [sentence = ''] = question.split('\n');
      // Equal texts would share one judgement: the id keeps them apart.
      const named = { question: `${sentence} (${uid})`, answer: option };
      return { video: `${key}.mp4`, ...named, question_type: 'event' };
    });
  });
  await writeFile(file, JSON.stringify(records.slice(0, items)));
  return join(folder, 'frames');
}

type JudgeSettings = { readonly temperature?: number; readonly maxAttempts?: number };

export type JudgedOptions = {
  readonly name: string;
  readonly providerUrl: string;
  readonly questions: string;
  readonly frames: string;
  /** False leaves the judge out. @default true */
  readonly isJudged?: boolean;
  readonly judge?: JudgeSettings | readonly JudgeSettings[];
  readonly calibration?: string;
  readonly itemsInFlight?: number;
};

/** Writes a configuration whose answers are judged by the simulated provider. JSON is YAML. */
export async function writeJudgedConfig(file: string, options: JudgedOptions): Promise<string> {
  const {
    name,
    providerUrl,
    questions,
    frames,
    isJudged = true,
    judge = {},
    calibration,
  } = options;
  const model = {
    provider: 'simulated',
    baseUrl: `${providerUrl}/v1`,
    identity: 'simulated',
    apiKeyEnv: null,
    price: { inputPerM: 0.4, outputPerM: 1.2 },
  } as const;
  const config: ConfigInput = {
    name,
    dataset: { name: 'open', format: 'mlvu', path: questions, frames, frameTime: { perSecond: 1 } },
    models: {
      answer: { ...model, model: 'simulated-vlm' },
      ...(isJudged && {
        judge: [judge].flat().map((each) => ({ ...model, model: 'simulated-judge', ...each })),
      }),
    },
    strategy: { name: 'uniform', answerFrames: 8 },
    run: { itemsInFlight: options.itemsInFlight ?? 8, failOn: 0.05 },
    ...(isJudged && {
      judge: { contract: 'yes-no-score', ...(calibration !== undefined && { calibration }) },
    }),
  };
  await writeFile(file, JSON.stringify(config, null, 2));
  return file;
}
