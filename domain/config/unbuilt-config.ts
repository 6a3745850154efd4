import type { ConfigProblem } from './config-problem.ts';
import { providers } from '../run-spec.ts';
import { samplingFormulas, strategyNames } from '../strategy-spec.ts';

/** Keys that belong to the configuration and have no effect yet; `*` stands for any key. */
const unbuiltKeys = [['matrix']] as const;

type PlannedValues = {
  readonly path: readonly string[];
  readonly built: readonly string[];
  readonly planned: readonly string[];
};

/** Keys with values that are planned: those of `built` work, those of `planned` are refused by name. */
const plannedValues: readonly PlannedValues[] = [
  {
    path: ['models', '*', 'provider'],
    built: providers,
    planned: words('local'),
  },
  {
    path: ['strategy', 'name'],
    built: strategyNames,
    planned: words('bolt aks mmr maxinfo q-frame mdp3'),
  },
  {
    path: ['strategy', 'sampling'],
    built: samplingFormulas,
    planned: words('fps'),
  },
];

/**
 * Finds what a configuration asks for that is not built yet. Such keys and values are refused
 * rather than ignored: a limit or a strategy that silently does nothing costs money.
 */
export function findUnbuilt(raw: unknown): ConfigProblem[] {
  const keys = unbuiltKeys.flatMap((pattern) =>
    entriesAt(raw, pattern).map(({ path }) => ({
      path,
      isKey: true,
      message: `is not built yet and would have no effect; remove it`,
    })),
  );
  const values = plannedValues.flatMap(({ path: pattern, built, planned }) =>
    entriesAt(raw, pattern)
      .filter(({ value }) => planned.some((word) => word === value))
      .map(({ path, value }) => ({
        path,
        isKey: false,
        message: `${String(value)} is not built yet; use ${built.join(', ')}`,
      })),
  );
  const samples = entriesAt(raw, ['run', 'samples'])
    .filter(({ value }) => typeof value === 'number' && value > 1)
    .map(({ path }) => ({
      path,
      isKey: false,
      message: 'more than 1 is not built yet; remove it',
    }));
  return [...keys, ...values, ...samples];
}

function words(text: string): readonly string[] {
  return text.split(' ');
}

function entriesAt(
  raw: unknown,
  pattern: readonly string[],
  before: readonly string[] = [],
): { path: readonly string[]; value: unknown }[] {
  const [next, ...rest] = pattern;
  if (next === undefined) return [{ path: before, value: raw }];
  if (raw === null || typeof raw !== 'object' || Array.isArray(raw)) return [];
  return Object.entries(raw)
    .filter(([key]) => next === '*' || key === next)
    .flatMap(([key, value]) => entriesAt(value, rest, [...before, key]));
}
