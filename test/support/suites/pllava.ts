import { join } from 'node:path';
import { fileOfTask, mvbenchTasks } from '../../../adapters/datasets/reading/mvbench-tasks.ts';
import { placeVideos, type SuiteLayout } from './layout.ts';
import { secondsOfVideo, type WorldQuestion } from './world.ts';

const mvbench: SuiteLayout = {
  name: 'MVBench',
  format: 'mvbench',
  path: 'DATAS/MVBench/json',
  exportAs: 'pllava',
  async place(world, root) {
    for (const [n, task] of mvbenchTasks.entries()) {
      const { key, sentence, options, answer } = world.questions[n % world.questions.length]!;
      const folder = join(root, 'DATAS/MVBench/video', task.folder);
      const isFolder = task.framesPerSecond !== undefined;
      const video = isFolder ? key : `${key}.${task.folder === 'ssv2_video' ? 'webm' : 'mp4'}`;
      await (isFolder ? world.frames : world.video)(key, join(folder, video));
      const end = isFolder ? secondsOfVideo / 3 : secondsOfVideo;
      const bounds = task.isBounded === true ? { start: 0, end } : {};
      const record = { video, question: sentence, candidates: options, answer, ...bounds };
      await world.write(join(root, this.path, `${fileOfTask(task)}.json`), [record]);
    }
  },
};

const vcgbench: SuiteLayout = {
  name: 'VCGBench',
  format: 'vcgbench',
  path: 'DATAS/VCGBench/Zero_Shot_QA/Benchmarking_QA',
  exportAs: 'pllava',
  contract: ['score', 'consistency'],
  async place(world, root) {
    await placeVideos(world, join(root, 'DATAS/VCGBench/Videos/Benchmarking'), ['mp4', 'mkv']);
    const single = ({ key, sentence, answer }: WorldQuestion) => ({
      video_name: key,
      Q: sentence,
      A: answer,
    });
    const pair = ({ key, sentence, answer }: WorldQuestion) => ({
      video_name: key,
      Q1: sentence,
      Q2: `Look closely. ${sentence}`,
      A: answer,
    });
    const files = {
      generic_qa: world.questions.slice(0, 8).map(single),
      temporal_qa: world.oneEach.map(single),
      consistency_qa: world.oneEach.map(pair),
    };
    for (const [name, records] of Object.entries(files))
      await world.write(join(root, this.path, `${name}.json`), records);
  },
};

/** One of the sets of PLLaVA's suite VideoQA. */
function videoQa(
  name: string,
  format: string,
  folder: string,
  videos: { readonly folder: string; readonly extensions: readonly string[]; prefix?: string },
): SuiteLayout {
  return {
    name,
    format,
    path: `DATAS/VideoQA/${folder}/test_q.json`,
    exportAs: 'pllava',
    contract: 'yes-no-score',
    async place(world, root) {
      const place = join(root, 'DATAS/VideoQA', folder);
      const { prefix = '', extensions } = videos;
      await placeVideos(world, join(place, videos.folder), extensions, (key) => prefix + key);
      const asked = world.questions.slice(0, 8);
      await world.write(
        join(place, 'test_q.json'),
        asked.map(({ uid, key, sentence }) => ({
          video_name: key,
          question: sentence,
          question_id: prefix + uid,
        })),
      );
      const answers = asked.map(({ uid, answer }) => ({
        answer,
        type: 4,
        question_id: prefix + uid,
      }));
      // The order of the second file means nothing.
      await world.write(join(place, 'test_a.json'), answers.toReversed());
    },
  };
}

const recaption: SuiteLayout = {
  name: 'Inter4K',
  format: 'recaption',
  path: 'DATAS/Recaption/Inter4K/annotations.json',
  exportAs: 'pllava',
  contract: 'yes-no-score',
  async place(world, root) {
    const extensions = ['mp4', 'mkv', 'webm'];
    await placeVideos(world, join(root, 'DATAS/Recaption/Inter4K/60fps/UHD'), extensions);
    const records = world.oneEach.map(({ key, answer }, n) => ({
      video_name: key,
      // Not every clip has a caption to compare with.
      ...(n > 0 && { caption: `I see ${answer} shapes in the frames` }),
    }));
    await world.write(join(root, this.path), records);
  },
};

/** The four suites of PLLaVA, from `DATAS/`. */
export const pllavaSuites: readonly SuiteLayout[] = [
  mvbench,
  vcgbench,
  videoQa('MSVD_QA', 'msvd-qa', 'MSVD_Zero_Shot_QA', { folder: 'videos', extensions: ['avi'] }),
  videoQa('MSRVTT_QA', 'msrvtt-qa', 'MSRVTT_Zero_Shot_QA', {
    folder: 'videos/all',
    extensions: ['mp4'],
  }),
  videoQa('ActivityNet', 'activitynet-qa', 'ActivityNet', {
    folder: 'all_test',
    extensions: ['mp4', 'mkv', 'webm'],
    prefix: 'v_',
  }),
  videoQa('TGIF_QA', 'tgif-qa', 'TGIF_QA', { folder: 'tgif_videos', extensions: ['gif'] }),
  recaption,
];
