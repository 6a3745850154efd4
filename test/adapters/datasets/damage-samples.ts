import type { DatasetMapping } from '../../../domain/config/dataset-mapping.ts';

/** A small annotation file as its source lays it out, and what every record of it must have. */
export type SampleFile = { readonly text: string; readonly required: readonly string[] };

/** Files of one format; the first is the one that is named. */
export type Sample = {
  readonly format: string;
  readonly files: Readonly<Record<string, SampleFile>>;
  /**
   * What a record that stands twice is: `refused`, or `kept` where the source has no ids of its own
   * and so cannot tell it from a question that is asked twice.
   */
  readonly repeats: 'refused' | 'kept';
  readonly mapping?: DatasetMapping;
};

const list = (records: readonly object[], ...required: string[]): SampleFile => ({
  text: JSON.stringify(records, null, 2),
  required,
});
const lines = (records: readonly object[], ...required: string[]): SampleFile => ({
  text: records.map((record) => JSON.stringify(record)).join('\n'),
  required,
});
const map = (value: object): SampleFile => ({ text: JSON.stringify(value), required: [] });
const table = (rows: readonly string[], ...required: string[]): SampleFile => ({
  text: `${rows.join('\r\n')}\r\n`,
  required,
});

const refused = 'refused';
const inline = 'What is in the café?\n(A) tea\n(B) milk\n(C) ice\n(D) rum';

const pairFields = ['video_name', 'question', 'question_id'];
const pair = {
  'test_q.json': list(
    [
      { video_name: 'abc', question: 'who runs?', question_id: 'v_abc_1' },
      { video_name: 'abc', question: 'is it a café?', question_id: 'v_abc_2' },
    ],
    ...pairFields,
  ),
  'test_a.json': list(
    [
      { answer: 'élan', type: 5, question_id: 'v_abc_2' },
      { answer: 'man', type: 5, question_id: 'v_abc_1' },
    ],
    'question_id',
    'answer',
  ),
};
const originalList = {
  'val_qa.json': list(
    [
      { answer: 'man', id: 1, question: 'who runs?', video_id: 7 },
      { answer: 'tea', id: 2, question: 'what is in the café?', video_id: 7 },
    ],
    'answer',
    'id',
    'question',
  ),
};
const openTable = {
  'Open_QA.csv': table(
    [
      ',video_id,answer,question,video_name,question_id,question_type',
      '1,7,man,"who, if any, runs?",clip,7_1,0',
      '2,7,tea,what is in the café?,clip,7_2,0',
    ],
    'video_name',
    'question',
    'answer',
    'question_id',
    'question_type',
  ),
};
const choiceTable = {
  'Choice.csv': table(
    [
      ',video_name,question,question_id,answer,video_id,question_type,a0,a1,a2,a3,a4',
      '1,138,how does he stay up,138_CH_1,balance,138,CH,jump,nod,push,play,balance',
      '2,138,"why, in the café",138_CW_2,nod,138,CW,jump,nod,push,play,balance',
    ],
    'video_name',
    'question',
    'question_id',
    'answer',
    'a0',
    'a3',
  ),
};
const vcgHeader = ',video_name,question,question_id,answer,question_type';
const vcgTable = (question: string): SampleFile =>
  table(
    [vcgHeader, `0,v_a,${question},v_a_0,He runs.,0`, '1,v_b,"In a café, who?",v_b_0,She.,0'],
    'video_name',
    'question',
    'answer',
    'question_id',
  );
const nextTable = (video: string, answers: readonly [string, string]): SampleFile =>
  table(
    [
      `${video},frame_count,width,height,question,answer,qid,type,a0,a1,a2,a3,a4`,
      `400,369,640,480,how do they play,${answers[0]},6,CH,roll,tap,strum,hit,pat`,
      `400,369,640,480,"why, in the café",${answers[1]},7,CW,roll,tap,strum,hit,pat`,
    ],
    video,
    'question',
    'answer',
    'qid',
    'a0',
    'a4',
  );

export const samples: readonly Sample[] = [
  {
    format: 'original',
    repeats: 'kept',
    files: {
      'items.json': list(
        [
          { key: 'v', uid: '1', question: inline, answer: 'A' },
          { key: 'v', uid: '2', question: inline, answer: 'B' },
        ],
        'key',
        'question',
      ),
    },
  },
  {
    format: 'lvbench',
    repeats: refused,
    files: {
      'video_info.meta.jsonl': lines(
        ['v', 'w'].map((key) => ({
          key,
          type: 'café',
          qa: [{ uid: key, question: inline, answer: 'A', question_type: ['entity'] }],
        })),
        'key',
        'qa',
      ),
    },
  },
  ...[pair, openTable].map(
    (files) => ({ format: 'activitynet-qa', repeats: refused, files }) as const,
  ),
  ...[pair, originalList, openTable].flatMap((files) => [
    { format: 'msvd-qa', repeats: refused, files } as const,
    { format: 'msrvtt-qa', repeats: refused, files } as const,
  ]),
  ...[pair, openTable].map((files) => ({ format: 'tgif-qa', repeats: refused, files }) as const),
  {
    format: 'tgif-qa',
    repeats: refused,
    files: {
      'Test_frameqa_question.tsv': {
        text: [
          'gif_name\tquestion\tanswer\ttype\tvid_id\tkey',
          'tumblr_a\twho "runs" ?\tman\t0\tFRAMEQA7\t27138',
          'tumblr_a\twhat is in the café ?\ttea\t0\tFRAMEQA8\t27138',
        ].join('\r\n'),
        required: ['question', 'answer', 'vid_id'],
      },
    },
  },
  ...[openTable, choiceTable].map(
    (files) => ({ format: 'igvlm', repeats: refused, files }) as const,
  ),
  {
    format: 'vcgbench',
    repeats: 'kept',
    files: {
      'generic_qa.json': list(
        [
          { video_name: 'v_a', Q: 'Who runs?', A: 'A man.' },
          { video_name: 'v_a', Q: 'Is it a café?', A: 'Yes.' },
        ],
        'video_name',
        'Q',
        'A',
      ),
    },
  },
  {
    format: 'vcgbench',
    repeats: refused,
    files: {
      'consistency_qa.json': list(
        [
          { video_name: 'v_a', Q1: 'Who runs?', Q2: 'Who is fast?', A: 'A man.' },
          { video_name: 'v_b', Q1: 'Is it a café?', Q2: 'Where is it?', A: 'In a café.' },
        ],
        'video_name',
        'Q1',
        'Q2',
        'A',
      ),
    },
  },
  {
    format: 'vcgbench',
    repeats: refused,
    files: {
      'Consistency_QA1.csv': vcgTable('Does he run?'),
      'Consistency_QA2.csv': vcgTable('Is he slow?'),
    },
  },
  {
    format: 'recaption',
    repeats: refused,
    files: {
      'annotations.json': list(
        [
          { video_name: '0001', caption: 'A bird lands.' },
          { video_name: '0002', caption: 'A café.' },
        ],
        'video_name',
      ),
    },
  },
  ...[
    {
      'items.json': list(
        [
          { n: 1, clip: 'a.mp4', ask: 'who runs?' },
          { n: 2, clip: 'b.mp4', ask: 'is it a café?' },
        ],
        'clip',
        'ask',
      ),
    },
    {
      'items.csv': table(
        ['n,clip,ask', '1,a.mp4,who runs?', '2,b.mp4,"so, a café?"'],
        'clip',
        'ask',
      ),
    },
  ].map(
    (files) =>
      ({
        format: 'generic',
        repeats: refused,
        files,
        mapping: { id: 'n', video: 'clip', question: 'ask' },
      }) as const,
  ),
  {
    format: 'mlvu',
    repeats: 'kept',
    files: {
      '1_plotQA.json': list(
        [1, 2].map((number) => ({
          video: `movie${number}.mp4`,
          duration: 246,
          question: 'Which café?',
          candidates: ['Yellow', 'Red'],
          answer: 'Red',
          question_type: 'plotQA',
        })),
        'video',
        'question',
        'question_type',
      ),
    },
  },
  {
    format: 'mvbench',
    repeats: refused,
    files: {
      'mvbench.json': list(
        ['1', '2'].map((number) => ({
          video_path: `/data/videos/ssv2_video/${number}.webm`,
          conversations: [{ question: 'Which café?', choices: ['Red', 'Blue'], answer: 'Red' }],
          video_id: number,
        })),
        'video_path',
        'conversations',
        'video_id',
      ),
    },
  },
  {
    format: 'nextqa',
    repeats: refused,
    files: {
      'val.csv': nextTable('video', ['0', '4']),
      'map_vid_vidorID.json': map({ 400: '0101/400', é: '0102/é' }),
    },
  },
  {
    format: 'nextgqa',
    repeats: refused,
    files: {
      'val.csv': nextTable('video_id', ['roll', 'pat']),
      'gsub_val.json': map({
        400: { duration: 34, location: { 6: [[1, 5.8]], 7: [[2, 3]] }, fps: 29.97, é: 1 },
      }),
    },
  },
  {
    format: 'egoschema',
    repeats: refused,
    files: {
      'questions.json': list(
        ['a-1', 'b-2'].map((uid) => ({
          q_uid: uid,
          google_drive_id: 'x',
          question: 'Which café?',
          'option 0': 'one',
          'option 1': 'two',
          'option 2': 'three',
          'option 3': 'four',
          'option 4': 'five',
        })),
        'q_uid',
        'question',
        'option 0',
        'option 4',
      ),
      'subset_answers.json': map({ 'a-1': 3, 'b-2': 0, é: 1 }),
    },
  },
  {
    format: 'intentqa',
    repeats: refused,
    files: {
      'IntentQA.csv': {
        text: choiceTable['Choice.csv'].text,
        required: ['question', 'question_id', 'answer', 'a0'],
      },
    },
  },
  {
    format: 'star',
    repeats: refused,
    files: {
      'STAR_val.json': list(
        [1, 2].map((number) => ({
          question_id: `Interaction_T1_${number}`,
          question: 'Which café was tidied up?',
          video_id: '6H78U',
          start: 11.1,
          end: 19.6,
          answer: 'The clothes.',
          choices: [
            { choice_id: 0, choice: 'The bag.' },
            { choice_id: 1, choice: 'The clothes.' },
          ],
        })),
        'question_id',
        'video_id',
        'start',
        'end',
        'question',
        'choices',
      ),
    },
  },
  {
    format: 'videomme',
    repeats: refused,
    files: {
      'test.json': list(
        [1, 2].map((number) => ({
          video_id: '001',
          duration: 'short',
          domain: 'Knowledge',
          sub_category: 'History',
          url: 'x',
          videoID: 'abc',
          question_id: `001-${number}`,
          task_type: 'OCR',
          question: 'Which café?',
          options: ['A. red', 'B. blue'],
          answer: 'A',
        })),
        'videoID',
        'question_id',
        'question',
        'options',
      ),
    },
  },
  {
    format: 'longvideobench',
    repeats: refused,
    files: {
      'lvb_val.json': list(
        [1, 2].map((number) => ({
          id: `abc_${number}`,
          video_id: 'abc',
          video_path: 'abc.mp4',
          question: 'Which café?',
          candidates: ['red', 'blue'],
          correct_choice: 0,
          question_category: 'S2E',
          topic_category: 'NP-News',
          level: 'L1-Perception',
          duration_group: 60,
          duration: 46.5,
        })),
        'id',
        'video_path',
        'question',
        'candidates',
      ),
    },
  },
];
