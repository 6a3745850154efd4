import { z } from 'zod';
import { configJsonSchema, configSchema, type Config } from './config.ts';
import { joinPath, type ConfigProblem } from './config-problem.ts';
import { type DatasetMapping, datasetMappingSchema } from './dataset-mapping.ts';
import { findSecrets } from './find-secrets.ts';
import { findJudgingProblems } from '../judging/check-judging.ts';
import { nearestName } from '../text/nearest-name.ts';
import { isBlind, searchesFrames } from '../strategy-spec.ts';
import { findUnbuilt } from './unbuilt-config.ts';

export type CheckedConfig =
  | { readonly config: Config; readonly problems: readonly [] }
  | { readonly config: null; readonly problems: readonly ConfigProblem[] };

/**
 * Checks a configuration as read from a file and fills in its defaults. All mistakes are listed,
 * not only the first: unknown keys with the nearest known one, secrets, keys and values that are
 * not built yet, missing models. No message repeats a value that could be a secret.
 */
export function checkConfig(raw: unknown): CheckedConfig {
  const found = [...findSecrets(raw), ...findUnbuilt(raw)];
  const parsed = configSchema.safeParse(raw);
  const fromSchema = parsed.success
    ? [
        ...findMissingModels(parsed.data),
        ...findMediaProblems(parsed.data),
        ...findMappingProblems(parsed.data),
        ...findPromptProblems(parsed.data),
        ...findJudgingProblems(parsed.data),
      ]
    : parsed.error.issues.flatMap((issue) => describeIssue(issue, raw));
  const problems = [
    ...found,
    ...fromSchema.filter((problem) => !found.some((other) => isSamePlace(other, problem))),
  ];
  if (!parsed.success || problems.length > 0) return { config: null, problems };
  return { config: parsed.data, problems: [] };
}

export type CheckedMapping =
  | { readonly mapping: DatasetMapping; readonly problems: readonly [] }
  | { readonly mapping: null; readonly problems: readonly ConfigProblem[] };

/** Checks what `dataset.mapping` would say, where it stands alone. */
export function checkMapping(raw: unknown): CheckedMapping {
  const parsed = datasetMappingSchema.safeParse(raw);
  if (parsed.success) return { mapping: parsed.data, problems: [] };
  const around = ['dataset', 'mapping'];
  const problems = parsed.error.issues
    .map((issue) => ({ ...issue, path: [...around, ...issue.path] }))
    .flatMap((issue) => describeIssue(issue, { dataset: { mapping: raw } }))
    .map((problem) => ({ ...problem, path: problem.path.slice(around.length) }));
  return { mapping: null, problems };
}

const isSamePlace = (left: ConfigProblem, right: ConfigProblem): boolean =>
  joinPath(left.path) === joinPath(right.path);

function findMissingModels({ strategy, models }: Config): ConfigProblem[] {
  const missing = (key: 'image' | 'embedding', purpose: string): ConfigProblem => ({
    path: ['models', key],
    isKey: false,
    message: `is missing; the strategy ${strategy.name} needs it ${purpose}`,
  });
  const problems: ConfigProblem[] = [];
  if (strategy.name === 'imagined-keyframes' && models.image === undefined)
    problems.push(missing('image', 'to draw the pictures'));
  if (searchesFrames(strategy) && models.embedding === undefined)
    problems.push(missing('embedding', 'to find frames'));
  return problems;
}

/** Frames come from a folder of frames, or from videos and a rule how to cut them: not both. */
function findMediaProblems({ dataset, strategy }: Config): ConfigProblem[] {
  const given = (Object.keys(dataset) as (keyof typeof dataset)[]).filter(
    (key) => dataset[key] !== undefined,
  );
  const has = (key: keyof typeof dataset): boolean => given.includes(key);
  const rules = isBlind(strategy) ? [] : mediaRules;
  const found = rules
    .filter(({ when, without = [] }) => when.every(has) && !without.some(has))
    .map(({ key, message }) => ({ path: ['dataset', key], isKey: false, message }));
  if (strategy.textQuery === undefined || strategy.name === 'text-top-k') return found;
  const message = `belongs to the strategy text-top-k and has no effect on ${strategy.name}; remove it`;
  return [...found, { path: ['strategy', 'textQuery'], isKey: true, message }];
}

/** Only the format `generic` has to be told which column holds what. */
function findMappingProblems({ dataset: { format, mapping } }: Config): ConfigProblem[] {
  const path = ['dataset', 'mapping'];
  const isGeneric = format === 'generic';
  if (isGeneric === (mapping !== undefined)) return [];
  const message = isGeneric
    ? 'is missing; say which column holds what, such as { video: file, question: text }'
    : `belongs to the format generic and has no effect on ${format}; remove it`;
  return [{ path, isKey: !isGeneric, message }];
}

/** What stands before frames needs frames, and their times where it tells them. */
function findPromptProblems({ prompt, dataset, strategy }: Config): ConfigProblem[] {
  const wanted = (['frameIds', 'timestamps'] as const).filter((key) => prompt[key]);
  const at = (key: string, message: string) => ({ path: ['prompt', key], isKey: false, message });
  if (isBlind(strategy))
    return wanted.map((key) => at(key, 'has no effect on the strategy blind; remove it'));
  const areTimed = dataset.extract !== undefined || dataset.frameTime !== undefined;
  return wanted.includes('timestamps') && !areTimed
    ? [at('timestamps', 'needs times of frames; set dataset.frameTime')]
    : [];
}

type MediaRule = {
  /** Broken when all of these stand in `dataset` ... */
  readonly when: readonly (keyof Config['dataset'])[];
  /** ... and none of these. */
  readonly without?: readonly (keyof Config['dataset'])[];
  readonly key: string;
  readonly message: string;
};

const mediaRules: readonly MediaRule[] = [
  {
    when: [],
    without: ['frames', 'videos', 'extract'],
    key: 'frames',
    message:
      'is missing; name a folder of frames, or `videos` and `extract`, or `extract` alone where the format knows where its videos lie',
  },
  {
    when: ['frames', 'videos'],
    key: 'frames',
    message: 'stands beside `videos`; remove one of them',
  },
  {
    when: ['frames', 'extract'],
    without: ['videos'],
    key: 'frames',
    message: 'stands beside `extract`, which cuts frames out of `videos`; remove one of them',
  },
  {
    when: ['videos'],
    without: ['frames', 'extract'],
    key: 'extract',
    message: 'is missing; say which frames to cut, such as { perSecond: 1 }',
  },
  {
    when: ['videos', 'embeddings'],
    key: 'embeddings',
    message: 'name frames of a folder; with `videos` frames are cut and embedded here',
  },
  {
    when: ['extract', 'frameTime'],
    key: 'frameTime',
    message: 'is known where frames are cut here; remove it',
  },
];

function describeIssue(
  issue: z.core.$ZodIssue,
  raw: unknown,
  above: ConfigProblem['path'] = [],
): ConfigProblem[] {
  const path = [...above, ...stepsOf(issue)];
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: [...path, key],
      isKey: true,
      message: describeUnknownKey(key, knownKeysAt(path)),
    }));
  const value = valueAt(raw, path);
  if (issue.code === 'invalid_union' && issue.message === 'Invalid input' && value !== undefined) {
    const meant = branchMeant(issue.errors, value);
    if (meant !== null) return meant.flatMap((each) => describeIssue(each, raw, path));
  }
  return [{ path, isKey: false, message: describeValue(issue, value) }];
}

function describeValue(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined && issue.code !== 'custom') return 'is missing';
  if (issue.code === 'invalid_union')
    return issue.message === 'Invalid input' ? 'must be plain JSON' : issue.message;
  if (issue.code === 'too_small') return describeLimit('at least', issue.minimum, issue.origin);
  if (issue.code === 'too_big') return describeLimit('at most', issue.maximum, issue.origin);
  if (Array.isArray(value))
    return 'a list would make several runs, which is not built yet; give one value';
  if (issue.code === 'invalid_value') return describeChoice(value, issue.values.map(String));
  return issue.code === 'invalid_type' ? describeType(issue.expected) : issue.message;
}

const describeType = (expected: string): string => `must be ${typeWords[expected] ?? expected}`;

const stepsOf = ({ path }: z.core.$ZodIssue): ConfigProblem['path'] =>
  path.map((step) => (typeof step === 'symbol' ? String(step) : step));

/** What is wrong with a value that may be one thing or a list of them; null for any other union. */
function branchMeant(
  branches: readonly (readonly z.core.$ZodIssue[])[],
  value: unknown,
): readonly z.core.$ZodIssue[] | null {
  const [one, list, ...others] = branches;
  if (one === undefined || list === undefined || others.length > 0) return null;
  return Array.isArray(value) ? list : one;
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a group of keys',
  record: 'a group of keys',
  array: 'a list',
};

function describeLimit(word: string, limit: number | bigint, origin: string): string {
  return origin === 'string' ? 'must not be empty' : `must be ${word} ${limit}`;
}

function describeUnknownKey(key: string, known: readonly string[]): string {
  const nearest = nearestName(key, known);
  if (nearest !== null) return `unknown key; did you mean ${nearest}?`;
  return known.length > 0 ? `unknown key; known here: ${known.join(', ')}` : 'unknown key';
}

function describeChoice(value: unknown, choices: readonly string[]): string {
  const nearest = typeof value === 'string' ? nearestName(value, choices) : null;
  const suggestion = nearest === null ? '' : `; did you mean ${nearest}?`;
  return `must be ${choices.length === 1 ? '' : 'one of '}${choices.join(', ')}${suggestion}`;
}

function valueAt(raw: unknown, path: readonly (string | number)[]): unknown {
  let value: unknown = raw;
  for (const step of path) {
    if (value === null || typeof value !== 'object') return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[step];
  }
  return value;
}

const groupSchema = z.object({ properties: z.record(z.string(), z.unknown()) });
const listSchema = z.object({ items: z.unknown() });
const choiceSchema = z.object({ anyOf: z.array(z.unknown()) });

/** The keys that the schema knows at one place. */
function knownKeysAt(path: readonly (string | number)[]): string[] {
  let node: unknown = configJsonSchema();
  for (const step of path)
    node = branchesOf(node)
      .map((branch) => below(branch, step))
      .find(Boolean);
  return branchesOf(node).flatMap((branch) => {
    const group = groupSchema.safeParse(branch);
    return group.success ? Object.keys(group.data.properties) : [];
  });
}

function branchesOf(node: unknown): unknown[] {
  return choiceSchema.safeParse(node).data?.anyOf ?? [node];
}

function below(node: unknown, step: string | number): unknown {
  if (typeof step === 'number') return listSchema.safeParse(node).data?.items;
  return groupSchema.safeParse(node).data?.properties[step];
}
