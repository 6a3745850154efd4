import type { ItemTask } from '../item.ts';

/** What a suite asks for, and how the reply is read. */
export type SuiteRequest = {
  /**
   * Follow the question; those of a caption stand in its place. `{letters}` stands for the letters of the
   * item's options, `{first}` for the first of them.
   */
  readonly words: string;
  /** The whole reply is the answer, as with every caption; else a letter or a few words in it. */
  readonly takesWholeReply?: true;
};

/** How a suite has its questions asked: our words, its rules. */
export type SuitePrompt = {
  readonly name: string;
  /** Raised with any change of this prompt: it is part of what a run is. */
  readonly version: number;
  readonly system: string | null;
  /** By the item's task; a task that is not here is asked for as without a suite. */
  readonly requests: Readonly<Partial<Record<ItemTask, SuiteRequest>>>;
  /** Tokens a reply may have where the configuration sets no limit; null = the usual default. */
  readonly maxTokens: number | null;
};

type SuiteEntry = Omit<SuitePrompt, 'name'> & {
  /** Formats of data sets that are asked so by `prompt.suite: auto`. */
  readonly formats: readonly string[];
};

const letterAlone: SuiteRequest = {
  words: 'Reply with only the letter of the right option, one of {letters}, and nothing else.',
};

/** The suites with a prompt of their own. LVBench is not among them: its questions are reasoned about. */
const entries = {
  mvbench: {
    version: 1,
    formats: ['mvbench'],
    system:
      'You watch videos closely: what happens and in which order, what people and things do and how ' +
      'they move and stand to each other. Of several options you choose the one that the video bears out.',
    requests: {
      'multiple-choice': {
        words:
          'Give only the best option: its letter in parentheses, such as ({first}), and nothing else.',
      },
    },
    maxTokens: 100,
  },
  videomme: {
    version: 1,
    formats: ['videomme'],
    system: null,
    requests: { 'multiple-choice': letterAlone },
    maxTokens: null,
  },
  longvideobench: {
    version: 1,
    formats: ['longvideobench'],
    system: null,
    requests: { 'multiple-choice': letterAlone },
    maxTokens: null,
  },
  mlvu: {
    version: 1,
    formats: ['mlvu'],
    system: null,
    requests: {
      'multiple-choice': letterAlone,
      'open-ended': {
        words: 'Answer in full sentences, as completely as the video allows, in plain text.',
        takesWholeReply: true,
      },
    },
    maxTokens: null,
  },
  nextqa: {
    version: 1,
    formats: ['nextqa', 'nextgqa', 'intentqa', 'star'],
    system: null,
    requests: { 'multiple-choice': letterAlone },
    maxTokens: null,
  },
  egoschema: {
    version: 1,
    formats: ['egoschema'],
    system: 'The video was filmed by a person who wears the camera; C is that person.',
    requests: { 'multiple-choice': letterAlone },
    maxTokens: null,
  },
  'activitynet-qa': {
    version: 1,
    formats: ['activitynet-qa'],
    system: null,
    requests: {
      'open-ended': {
        words: 'Answer with a single word or a short phrase.',
        takesWholeReply: true,
      },
    },
    maxTokens: 100,
  },
  videoqa: {
    version: 1,
    formats: ['msvd-qa', 'msrvtt-qa', 'tgif-qa', 'igvlm'],
    system: 'You see key frames of a video in their order and answer a question about the video.',
    requests: {
      'open-ended': {
        words: 'Answer concisely, with one word or a short phrase and without any explanation.',
        takesWholeReply: true,
      },
    },
    maxTokens: 100,
  },
  vcgbench: {
    version: 1,
    formats: ['vcgbench'],
    system:
      'You answer questions about videos in detail and from what is seen: actions, their order, ' +
      'people, things and the place.',
    requests: {
      'open-ended': {
        words: 'Answer in one or a few full sentences of at most 60 words, in plain text.',
        takesWholeReply: true,
      },
    },
    maxTokens: 100,
  },
  recaption: {
    version: 1,
    formats: ['recaption'],
    system: null,
    requests: {
      caption: {
        words:
          'Describe the video in one coherent paragraph of at most 200 words: the background, the ' +
          'characters and what they do, from the beginning to the end. Name no colours and no ' +
          'numbers of things, and nothing that you are not sure of.',
      },
    },
    maxTokens: 400,
  },
} as const satisfies Readonly<Record<string, SuiteEntry>>;

export type SuiteName = keyof typeof entries;
export const suiteNames = Object.keys(entries) as SuiteName[];

/** The prompt of a suite, as a run keeps it. */
export function suitePrompt(name: SuiteName): SuitePrompt {
  const { formats: _, ...prompt } = entries[name];
  return { name, ...prompt };
}

/** The suite as which the data sets of a format are asked; null where there is none. */
export function suiteOfFormat(format: string): SuiteName | null {
  return (
    suiteNames.find((name) => (entries[name].formats as readonly string[]).includes(format)) ?? null
  );
}
