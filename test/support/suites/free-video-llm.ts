import { join } from 'node:path';
import { placeVideos, type SuiteLayout, table } from './layout.ts';

/** A set whose files are made of IG-VLM's table first. */
export type PreparedLayout = SuiteLayout & {
  /** The table, and the folder of the files made of it; below the root. */
  readonly table: string;
  readonly converted: string;
};

/** One of Free Video-LLM's sets: its question and answer files are made of IG-VLM's table first. */
function freeVideoLlm(
  name: string,
  format: string,
  about: { readonly folder: string; readonly split: string; videos: string; extensions: string[] },
): PreparedLayout {
  const folder = `${about.folder}_Zero_Shot_QA`;
  const prefix = format === 'activitynet-qa' ? 'v_' : '';
  return {
    name,
    format,
    table: `IG-VLM/${name}.csv`,
    converted: `playground/gt_qa_files/${folder}`,
    path: `playground/gt_qa_files/${folder}/${about.split}_q.json`,
    exportAs: 'free-video-llm',
    contract: 'yes-no-score',
    async place(world, root) {
      const videos = join(root, 'playground/data/video_qa', folder, about.videos);
      await placeVideos(world, videos, about.extensions, (key) => prefix + key);
      const columns = 'video_id,answer,question,video_name,question_id,question_type'.split(',');
      const rows = world.questions.slice(0, 8).map(({ uid, key, answer, sentence }, n) => {
        // TGIF's question_id is that of the GIF.
        const [video, id] =
          format === 'tgif-qa'
            ? [`FRAMEQA${n}`, key]
            : [key, `${prefix}${key}_${uid.split('-').at(-1)}`];
        return [n, video, answer, sentence, prefix + key, id, 0];
      });
      await world.write(join(root, this.table), table([['', ...columns], ...rows]));
    },
  };
}

/** The four sets of Free Video-LLM, from `playground/`. */
export const freeVideoLlmSets: readonly PreparedLayout[] = [
  freeVideoLlm('MSVD_QA', 'msvd-qa', {
    folder: 'MSVD',
    split: 'val',
    videos: 'videos',
    extensions: ['avi'],
  }),
  freeVideoLlm('MSRVTT_QA', 'msrvtt-qa', {
    folder: 'MSRVTT',
    split: 'val',
    videos: 'videos/all',
    extensions: ['mp4', 'mov'],
  }),
  freeVideoLlm('TGIF_FrameQA', 'tgif-qa', {
    folder: 'TGIF',
    split: 'val',
    videos: 'mp4',
    extensions: ['mp4'],
  }),
  freeVideoLlm('ActivityNet_QA', 'activitynet-qa', {
    folder: 'Activitynet',
    split: 'test',
    videos: 'all_test',
    extensions: ['mkv', 'mp4'],
  }),
];
