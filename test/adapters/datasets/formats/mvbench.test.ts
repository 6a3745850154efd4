import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inspectDataset } from '../../../../adapters/datasets/inspect-dataset.ts';
import { annotationsFolder, hasAnnotations, readPlaced } from '../../../support/dataset-files.ts';

/** Task, its file, where its media lie, and whether it has bounds, as the official evaluation lists them. */
const tasks = [
  ['Action Sequence', 'action_sequence', 'star/Charades_v1_480', true],
  ['Action Prediction', 'action_prediction', 'star/Charades_v1_480', true],
  ['Action Antonym', 'action_antonym', 'ssv2_video', false],
  ['Fine-grained Action', 'fine_grained_action', 'Moments_in_Time_Raw/videos', false],
  ['Unexpected Action', 'unexpected_action', 'FunQA_test/test', false],
  ['Object Existence', 'object_existence', 'clevrer/video_validation', false],
  ['Object Interaction', 'object_interaction', 'star/Charades_v1_480', true],
  ['Object Shuffle', 'object_shuffle', 'perception/videos', false],
  ['Moving Direction', 'moving_direction', 'clevrer/video_validation', false],
  ['Action Localization', 'action_localization', 'sta/sta_video', true],
  ['Scene Transition', 'scene_transition', 'scene_qa/video', false],
  ['Action Count', 'action_count', 'perception/videos', false],
  ['Moving Count', 'moving_count', 'clevrer/video_validation', false],
  ['Moving Attribute', 'moving_attribute', 'clevrer/video_validation', false],
  ['State Change', 'state_change', 'perception/videos', false],
  ['Fine-grained Pose', 'fine_grained_pose', 'nturgbd', false],
  ['Character Order', 'character_order', 'perception/videos', false],
  ['Egocentric Navigation', 'egocentric_navigation', 'vlnqa', false],
  ['Episodic Reasoning', 'episodic_reasoning', 'tvqa/frames_fps3_hq', true],
  ['Counterfactual Inference', 'counterfactual_inference', 'clevrer/video_validation', false],
] as const;

const record = {
  video: 'left/ZS9XR.mp4',
  question: 'What happened?',
  candidates: ['Ate the medicine.', 'Tidied up.'],
  answer: 'Tidied up.',
  start: 11.1,
  end: 19.6,
};
const suite = Object.fromEntries(
  tasks.map(([name, file]) => [`json/${file}.json`, [{ ...record, question: `${name}?` }]]),
);

const listed = {
  video_path: '/data/mvbench/videos/perception/videos/video_6480.mp4',
  conversations: [{ question: 'How often?', choices: ['3', '2', '4'], answer: '2' }],
  video_id: 200,
};

it('reads the 20 tasks in the official order, with their media and bounds', async () => {
  const { items, videos, problems } = await readPlaced('mvbench', suite, { path: '' });

  expect(problems).toEqual([]);
  const read = items.map((item, index) => [
    item.categories['task_type']?.[0],
    item.itemId.slice(0, -'_01234567'.length),
    videos[index]?.files?.[0]?.replace('/left/ZS9XR.mp4', ''),
    videos[index]?.clip !== undefined,
  ]);
  expect(read).toEqual(tasks);
  expect(videos.filter(({ framesPerSecond }) => framesPerSecond !== undefined)).toMatchObject([
    { framesPerSecond: 3, videoId: 'tvqa_frames_fps3_hq_left_ZS9XR.mp4_11.1_19.6' },
  ]);
});

it('looks in the folders of the task first and for the bare file last', async () => {
  const { items, videos } = await readPlaced('mvbench', { 'action_sequence.json': [record] });

  const videoId = 'star_Charades_v1_480_left_ZS9XR_11.1_19.6';
  expect(items).toMatchObject([{ gold: 'B', videoIds: [videoId], source: record }]);
  expect(videos).toEqual([
    {
      videoId,
      files: [
        'star/Charades_v1_480/left/ZS9XR.mp4',
        'Charades_v1_480/left/ZS9XR.mp4',
        'left/ZS9XR.mp4',
        'ZS9XR.mp4',
      ],
      clip: { startSeconds: 11.1, endSeconds: 19.6 },
    },
  ]);
});

it('reads the same from the folder json, its parent and a file, under the same ids', async () => {
  const parent = await readPlaced('mvbench', suite, { path: '' });
  const folder = await readPlaced('mvbench', suite, { path: 'json' });
  const file = await readPlaced('mvbench', suite, { path: 'json/action_antonym.json' });

  expect(folder.items).toEqual(parent.items);
  expect(file).toMatchObject({ items: [parent.items[2]], problems: [] });
});

it('makes two videos of two parts of one file, and two items of one question with other options', async () => {
  const { items, problems } = await readPlaced('mvbench', {
    'action_sequence.json': [
      record,
      { ...record, start: 0 },
      { ...record, candidates: ['Slept.', 'Tidied up.'] },
    ],
  });

  expect(items.map((item) => item.videoIds[0])).toEqual([
    'star_Charades_v1_480_left_ZS9XR_11.1_19.6',
    'star_Charades_v1_480_left_ZS9XR_0_19.6',
    'star_Charades_v1_480_left_ZS9XR_11.1_19.6',
  ]);
  expect(new Set(items.map((item) => item.itemId)).size).toBe(3);
  expect(problems.map((line) => line.split(':')[0])).toEqual(['warning duplicate_question']);
});

it('says which task files a folder lacks', async () => {
  const { 'json/action_count.json': _, ...rest } = suite;

  const { items, problems } = await readPlaced('mvbench', rest, { path: 'json' });

  expect(items).toHaveLength(19);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/^warning unreadable: .*json: there is no action_count.json. /);
});

it('refuses a bounded task without bounds', async () => {
  const { start: _, ...unbounded } = record;
  const refused = await readPlaced('mvbench', { 'action_sequence.json': [unbounded] });
  const taken = await readPlaced('mvbench', { 'action_antonym.json': [unbounded] });

  expect(refused.problems).toEqual([
    'fatal missing_column: action_sequence.json, line 2, record 1: the field start is missing. Add the field or remove the record.',
  ]);
  expect(taken.problems).toEqual([]);
});

it('reads the single list of all questions', async () => {
  const ofFrames = {
    ...listed,
    video_path: '/data/mvbench/videos/tvqa/frames_fps3_hq/s08.e20_clip_10',
    video_id: 201,
    fps: 3,
    clip: [0, 29.82],
  };
  const elsewhere = { ...listed, video_path: '/x/nturgbd_convert/S009_rgb.mp4', video_id: 202 };

  const { items, videos, problems } = await readPlaced('mvbench', {
    'mvbench.json': [listed, ofFrames, elsewhere],
  });

  expect(problems).toEqual([]);
  expect(items[0]).toMatchObject({ itemId: '200', gold: 'B', categories: {} });
  expect(videos).toMatchObject([
    {
      videoId: 'perception_videos_video_6480',
      files: ['perception/videos/video_6480.mp4', 'videos/video_6480.mp4', 'video_6480.mp4'],
    },
    {
      videoId: 'tvqa_frames_fps3_hq_s08.e20_clip_10_0_29.82',
      clip: { startSeconds: 0, endSeconds: 29.82 },
      framesPerSecond: 3,
    },
    { videoId: 'nturgbd_convert_S009_rgb' },
  ]);
});

it('refuses a repeated number in the list, and several questions in one record', async () => {
  const two = { ...listed, video_id: 1, conversations: [...listed.conversations, {}] };

  const { problems } = await readPlaced('mvbench', { 'mvbench.json': [listed, listed, two] });

  expect(problems).toEqual([
    expect.stringMatching(/^fatal duplicate_id: mvbench.json, line \d+, record 2: /),
    expect.stringMatching(/^fatal wrong_format: mvbench.json, line \d+, record 3: the field conv/),
  ]);
});

it.skipIf(!hasAnnotations)('reads the real list (skipped where it is not)', async () => {
  const path = join(annotationsFolder, 'mvbench/mvbench.subset.json');

  expect(await inspectDataset({ format: 'mvbench', path })).toMatchObject({
    items: 400,
    videos: 400,
    optionCounts: { 1: 3, 2: 2, 3: 325, 4: 65, 5: 5 },
    answerForms: { text: 400 },
  });
});
