import { z } from 'zod';
import { configJsonSchema, configSchema, type Config } from './config.ts';
import { joinPath, type ConfigProblem } from './config-problem.ts';
import { findSecrets } from './find-secrets.ts';
import { nearestName } from './nearest-name.ts';
import { searchesFrames } from './run-spec.ts';
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
    ? [...findMissingModels(parsed.data), ...findMediaProblems(parsed.data)]
    : parsed.error.issues.flatMap((issue) => describeIssue(issue, raw));
  const problems = [
    ...found,
    ...fromSchema.filter((problem) => !found.some((other) => isSamePlace(other, problem))),
  ];
  if (!parsed.success || problems.length > 0) return { config: null, problems };
  return { config: parsed.data, problems: [] };
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
  const found = mediaRules
    .filter(({ when, without = [] }) => when.every(has) && !without.some(has))
    .map(({ key, message }) => ({ path: ['dataset', key], isKey: false, message }));
  if (strategy.textQuery === undefined || strategy.name === 'text-top-k') return found;
  const message = `belongs to the strategy text-top-k and has no effect on ${strategy.name}; remove it`;
  return [...found, { path: ['strategy', 'textQuery'], isKey: true, message }];
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
    message: 'is missing; name a folder of frames, or `videos` and `extract`',
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
    when: ['extract'],
    without: ['frames', 'videos'],
    key: 'videos',
    message: 'is missing; `extract` cuts frames out of videos',
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

function describeIssue(issue: z.core.$ZodIssue, raw: unknown): ConfigProblem[] {
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: [...path, key],
      isKey: true,
      message: describeUnknownKey(key, knownKeysAt(path)),
    }));
  const value = valueAt(raw, path);
  const at = (message: string): ConfigProblem[] => [{ path, isKey: false, message }];
  if (value === undefined && issue.code !== 'custom') return at('is missing');
  if (Array.isArray(value))
    return at('a list would make several runs, which is not built yet; give one value');
  if (issue.code === 'invalid_value') return at(describeChoice(value, issue.values.map(String)));
  if (issue.code === 'invalid_type')
    return at(`must be ${typeWords[issue.expected] ?? issue.expected}`);
  if (issue.code === 'too_small') return at(describeLimit('at least', issue.minimum, issue.origin));
  if (issue.code === 'too_big') return at(describeLimit('at most', issue.maximum, issue.origin));
  if (issue.code === 'invalid_union') return at('must be plain JSON');
  return at(issue.message);
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a group of keys',
  record: 'a group of keys',
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

/** The keys that the schema knows at one place. */
function knownKeysAt(path: readonly (string | number)[]): string[] {
  let node: unknown = configJsonSchema();
  for (const step of path) {
    const group = groupSchema.safeParse(node);
    node = group.success ? group.data.properties[String(step)] : undefined;
  }
  const group = groupSchema.safeParse(node);
  return group.success ? Object.keys(group.data.properties) : [];
}
