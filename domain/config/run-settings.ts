import { canonicalJson } from '../hashing.ts';
import type { ChatModelSpec, RunSpec } from '../run-spec.ts';
import type { RunChange } from '../stores/run-store.ts';

/** Settings of a run that may change while it exists: they are no part of its identity. */
const runKeys = ['itemsInFlight', 'priority', 'failOn', 'maxDegraded', 'budgetUsd'] as const;
const modelKeys = [
  'concurrency',
  'requestsPerMinute',
  'tokensPerMinute',
  'budgetUsd',
  'timeoutMs',
  'maxAttempts',
  'maxWaitMs',
  'price',
] as const;

/** The models that are paid per call. */
export const paidUses = ['answer', 'plan', 'image'] as const;
export type PaidUse = (typeof paidUses)[number];

type SettingChange = Pick<RunChange, 'setting' | 'before' | 'after'>;

/** What differs between two specs of one run, of the settings that people change. */
export function changedSettings(before: RunSpec, after: RunSpec): SettingChange[] {
  const later = settingsOf(after);
  return [...settingsOf(before)]
    .map(([setting, value]) => ({ setting, before: value, after: later.get(setting) ?? null }))
    .filter((change) => !isSame(change.before, change.after));
}

/**
 * Keeps what was tuned when a run is given again: a setting that the configuration still has as it
 * was before the tuning goes on as tuned, one that it has changed since takes the new value.
 *
 * @param known  the spec as it is stored
 * @param changes  what was changed about the run, oldest first; a tuning has a reason
 */
export function keepTuned(known: RunSpec, given: RunSpec, changes: readonly RunChange[]): RunSpec {
  return changedSettings(known, given).reduce((spec, { setting, before, after }) => {
    const ofSetting = changes.filter((change) => change.setting === setting);
    const firstTuned = ofSetting.findLastIndex(({ reason }) => reason === null) + 1;
    const tuned = ofSetting.slice(firstTuned);
    const isInEffect = isSame(tuned.at(-1)?.after, before);
    return isInEffect && isSame(tuned[0]?.before, after)
      ? withSetting(spec, setting, before)
      : spec;
  }, given);
}

function settingsOf({ run, models, judging }: RunSpec): Map<string, unknown> {
  const ofRun = runKeys.map((key) => [`run.${key}`, run[key]] as const);
  const used = paidUses.map((use) => ({ use: use as string, model: models[use] }));
  const judges = (judging?.judges ?? []).map(({ model }, at) => ({ use: `judge.${at}`, model }));
  const ofModels = [...used, ...judges].flatMap(({ use, model }) => {
    if (model === null) return [];
    return modelKeys.map((key) => [`models.${use}.${key}`, model[key]] as const);
  });
  return new Map([...ofRun, ...ofModels]);
}

function withSetting(spec: RunSpec, setting: string, value: unknown): RunSpec {
  const [group, use, key = ''] = setting.split('.');
  if (group === 'run') return { ...spec, run: { ...spec.run, [use ?? '']: value } };
  if (use === 'judge')
    return withJudgeSetting(spec, Number(key), setting.split('.')[3] ?? '', value);
  const paid = use as PaidUse;
  return { ...spec, models: { ...spec.models, [paid]: { ...spec.models[paid], [key]: value } } };
}

function withJudgeSetting(spec: RunSpec, at: number, key: string, value: unknown): RunSpec {
  return withJudgeModels(spec, (model, index) =>
    index === at ? { ...model, [key]: value } : model,
  );
}

/** The run with its judges' models changed; one without judges stays as it is. */
export function withJudgeModels(
  spec: RunSpec,
  change: (model: ChatModelSpec, index: number) => ChatModelSpec,
): RunSpec {
  const { judging } = spec;
  if (judging === undefined) return spec;
  const judges = judging.judges.map(({ judge, model }, index) => ({
    judge,
    model: change(model, index),
  }));
  return { ...spec, judging: { ...judging, judges } };
}

function isSame(left: unknown, right: unknown): boolean {
  return canonicalJson(left ?? null) === canonicalJson(right ?? null);
}
