/** One of the 20 tasks of MVBench. */
export type MvbenchTask = {
  readonly name: string;
  /** Where its media lie below the folder of videos. */
  readonly folder: string;
  /** Its questions are about the seconds from `start` to `end`. @default the whole video */
  readonly isBounded?: true;
  /** Its media are folders of frames at this rate. @default video files */
  readonly framesPerSecond?: number;
};

const charades = { folder: 'star/Charades_v1_480', isBounded: true } as const;
const clevrer = { folder: 'clevrer/video_validation' } as const;
const perception = { folder: 'perception/videos' } as const;

/** In the order of the official evaluation. */
export const mvbenchTasks: readonly MvbenchTask[] = [
  { name: 'Action Sequence', ...charades },
  { name: 'Action Prediction', ...charades },
  { name: 'Action Antonym', folder: 'ssv2_video' },
  { name: 'Fine-grained Action', folder: 'Moments_in_Time_Raw/videos' },
  { name: 'Unexpected Action', folder: 'FunQA_test/test' },
  { name: 'Object Existence', ...clevrer },
  { name: 'Object Interaction', ...charades },
  { name: 'Object Shuffle', ...perception },
  { name: 'Moving Direction', ...clevrer },
  { name: 'Action Localization', folder: 'sta/sta_video', isBounded: true },
  { name: 'Scene Transition', folder: 'scene_qa/video' },
  { name: 'Action Count', ...perception },
  { name: 'Moving Count', ...clevrer },
  { name: 'Moving Attribute', ...clevrer },
  { name: 'State Change', ...perception },
  { name: 'Fine-grained Pose', folder: 'nturgbd' },
  { name: 'Character Order', ...perception },
  { name: 'Egocentric Navigation', folder: 'vlnqa' },
  {
    name: 'Episodic Reasoning',
    folder: 'tvqa/frames_fps3_hq',
    isBounded: true,
    framesPerSecond: 3,
  },
  { name: 'Counterfactual Inference', ...clevrer },
];

/** How the file of a task is called: `fine_grained_action` of Fine-grained Action. */
export const fileOfTask = ({ name }: MvbenchTask): string =>
  name.toLowerCase().replace(/[ -]/g, '_');
