import { join } from 'node:path';
import { inline, letters, placeVideos, type SuiteLayout, table } from './layout.ts';
import { secondsOfVideo, type WorldQuestion } from './world.ts';

export const lvbench: SuiteLayout = {
  name: 'LVBench',
  format: 'lvbench',
  path: 'LVBench/video_info.meta.jsonl',
  exportAs: 'lvbench-answers',
  settings: { videos: 'LVBench/all_videos' },
  async place(world, root) {
    await placeVideos(world, join(root, 'LVBench/all_videos'), ['mp4']);
    const types = ['key information retrieval', 'reasoning'];
    const lines = world.oneEach.map(({ key }) => {
      const qa = world.questions
        .filter((question) => question.key === key)
        .map((question, n) => ({
          uid: question.uid,
          question: inline(question),
          answer: letters[question.right],
          question_type: n === 0 ? types : [types[n % 2]],
          time_reference: '00:10-00:20',
        }));
      return JSON.stringify({ key, type: 'synthetic', video_info: {}, qa });
    });
    await world.write(join(root, this.path), lines.join('\n'));
  },
};

export const egoschema: SuiteLayout = {
  name: 'EgoSchema',
  format: 'egoschema',
  path: 'EgoSchema/questions.json',
  exportAs: 'egoschema',
  async place(world, root) {
    await placeVideos(world, join(root, 'EgoSchema/videos'), ['mp4']);
    const records = world.oneEach.map(({ key, sentence, options }) => ({
      q_uid: key,
      google_drive_id: `drive-${key}`,
      question: sentence,
      ...Object.fromEntries([...options, 'none of these'].map((text, n) => [`option ${n}`, text])),
    }));
    await world.write(join(root, this.path), records);
    const [first] = world.oneEach;
    // One answer alone is public.
    await world.write(join(root, 'EgoSchema/subset_answers.json'), { [first!.key]: first!.right });
  },
};

/** A set of multiple-choice questions whose results go to others as lmms-eval's samples. */
function choices(
  name: string,
  format: string,
  about: {
    readonly path: string;
    readonly videos: string;
    readonly settings?: SuiteLayout['settings'];
    readonly files: (questions: readonly WorldQuestion[]) => Readonly<Record<string, unknown>>;
  },
): SuiteLayout {
  const { path, settings = {} } = about;
  return {
    name,
    format,
    path,
    settings,
    exportAs: 'lmms-eval',
    async place(world, root) {
      await placeVideos(world, join(root, about.videos), ['mp4']);
      const files = about.files(world.questions.slice(0, 8));
      for (const [file, content] of Object.entries(files))
        await world.write(join(root, file), content);
    },
  };
}

type Questions = readonly WorldQuestion[];

/** NExT-QA names the right option by its number, NExT-GQA by its text. */
function nextqaTable(questions: Questions, video: string, form: 'number' | 'text'): string {
  const columns = 'frame_count,width,height,question,answer,qid,type,a0,a1,a2,a3,a4'.split(',');
  const rows = questions.map(({ uid, key, sentence, right, options, answer }) => {
    const named = form === 'number' ? right : answer;
    const five = [...options, 'none of these'];
    return [key, secondsOfVideo, 320, 180, sentence, named, uid.slice(-1), 'TN', ...five];
  });
  return table([[video, ...columns], ...rows]);
}
const videoMap = (questions: Questions) =>
  Object.fromEntries(questions.map(({ key }) => [key, `1164/${key}`]));
const videoMeta = { duration: secondsOfVideo, resolution: '320*180' };

/** Sets of multiple-choice questions without a leaderboard file of their own here. */
export const choiceSets: readonly SuiteLayout[] = [
  choices('Video-MME', 'videomme', {
    path: 'Video-MME/videomme/test.jsonl',
    videos: 'Video-MME/data',
    files: (questions) => ({
      'Video-MME/videomme/test.jsonl': questions
        .map(({ uid, key, sentence, options, right, kind }) =>
          JSON.stringify({
            video_id: key,
            videoID: key,
            duration: 'short',
            domain: 'Synthetic',
            sub_category: 'Shapes',
            question_id: uid,
            task_type: kind,
            question: sentence,
            options: options.map((text, n) => `${letters[n]}. ${text}`),
            answer: letters[right],
          }),
        )
        .join('\n'),
    }),
  }),
  choices('LongVideoBench', 'longvideobench', {
    path: 'LongVideoBench/lvb_val.json',
    videos: 'LongVideoBench/videos',
    files: (questions) => ({
      'LongVideoBench/lvb_val.json': questions.map(({ uid, key, sentence, options, right }, n) => ({
        id: uid,
        video_id: key,
        video_path: `${key}.mp4`,
        question: sentence,
        candidates: options,
        correct_choice: right,
        question_category: n % 2 === 0 ? 'T2A' : 'S2E',
        topic_category: 'Synthetic',
        duration_group: 15,
        duration: secondsOfVideo,
      })),
    }),
  }),
  choices('MLVU', 'mlvu', {
    path: 'MLVU/json',
    videos: 'MLVU/video/4_count',
    files: (questions) => ({
      'MLVU/json/4_count.json': questions.map(({ key, sentence, options, answer }) => ({
        video: `${key}.mp4`,
        duration: secondsOfVideo,
        question: sentence,
        candidates: options,
        answer,
        question_type: 'count',
      })),
    }),
  }),
  choices('NExT-QA', 'nextqa', {
    path: 'NExT-QA/val.csv',
    videos: 'NExT-QA/NExTVideo/1164',
    files: (questions) => ({
      'NExT-QA/val.csv': nextqaTable(questions, 'video', 'number'),
      'NExT-QA/map_vid_vidorID.json': videoMap(questions),
    }),
  }),
  choices('NExT-GQA', 'nextgqa', {
    path: 'NExT-GQA/test.csv',
    videos: 'NExT-GQA/NExTVideo/1164',
    files: (questions) => ({
      'NExT-GQA/test.csv': nextqaTable(questions, 'video_id', 'text'),
      'NExT-GQA/map_vid_vidorID.json': videoMap(questions),
      'NExT-GQA/gsub_test.json': Object.fromEntries(
        questions.map(({ key }) => [
          key,
          { duration: secondsOfVideo, fps: 1, location: { 0: [[10, 20]], 1: [[30, 35]] } },
        ]),
      ),
    }),
  }),
  choices('IntentQA', 'intentqa', {
    path: 'IntentQA/test.csv',
    videos: 'IntentQA/NExTVideo/1164',
    files: (questions) => ({
      'IntentQA/test.csv': nextqaTable(questions, 'video_id', 'number'),
      'IntentQA/map_vid_vidorID.json': videoMap(questions),
    }),
  }),
  choices('STAR', 'star', {
    path: 'STAR/STAR_val.json',
    videos: 'STAR/Charades_v1_480',
    files: (questions) => ({
      'STAR/STAR_val.json': questions.map(({ uid, key, sentence, options, answer }) => ({
        question_id: `Interaction_T1_${uid}`,
        question: sentence,
        video_id: key,
        start: 7.7,
        end: 95.5,
        answer,
        choices: options.map((choice, n) => ({ choice_id: n, choice })),
      })),
    }),
  }),
  choices('Perception-Test', 'perception-test', {
    path: 'perception/mc_question_valid.json',
    videos: 'perception/videos',
    files: (questions) => ({
      'perception/mc_question_valid.json': Object.fromEntries(
        questions.map(({ key }) => [
          key,
          {
            metadata: videoMeta,
            mc_question: questions
              .filter((question) => question.key === key)
              .map(({ sentence, options, right }, id) => ({
                id,
                question: sentence,
                options,
                answer_id: right,
                area: 'physics',
                reasoning: 'descriptive',
                tag: ['object recognition'],
              })),
          },
        ]),
      ),
    }),
  }),
  choices('own-questions', 'generic', {
    path: 'own/questions.csv',
    videos: 'own/clips',
    settings: {
      videos: 'own/clips',
      mapping: {
        id: 'number',
        video: 'file',
        question: 'text',
        options: ['first', 'second', 'third', 'fourth'],
        answer: 'right',
        answerForm: 'index-from-1',
        categories: ['topic'],
      },
    },
    files: (questions) => ({
      'own/questions.csv': table([
        'number,file,text,first,second,third,fourth,right,topic'.split(','),
        ...questions.map(({ uid, key, sentence, options, right, kind }) => [
          uid,
          key,
          sentence,
          ...options,
          right + 1,
          kind,
        ]),
      ]),
    }),
  }),
];
