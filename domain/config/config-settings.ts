import type { Config } from './config.ts';
import { providerDefaults } from './provider-defaults.ts';
import { isGroup } from './raw-config.ts';
import { mergePlanModel } from './resolve-config.ts';
import { answerModel } from '../prompts/resolve-prompt.ts';

/** One resolved setting of a configuration. */
export type Setting = {
  readonly setting: string;
  readonly value: unknown;
  /** Where its value comes from, such as `run.yaml:12`, `default`, `models.answer (run.yaml:7)`. */
  readonly origin: string;
};

/** Says where a value stands; null where nobody gave it. */
export type OriginOf = (path: readonly string[]) => string | null;

/**
 * Every setting that a configuration comes to, in its own order: what was given, what the planning
 * model takes from the answering one, what the provider stands for, and defaults. Holds no secret:
 * a configuration with one is refused.
 */
export function configSettings(config: Config, originOf: OriginOf): Setting[] {
  const { judge, ...others } = config.models;
  const models = {
    ...others,
    answer: answerModel(config),
    plan: mergePlanModel(config),
    judge: judge?.length === 1 ? judge[0] : judge,
  };
  return leaves({ ...config, models }).map(({ path, value }) => ({
    setting: path.join('.'),
    ...resolved(config, path, value, originOf),
  }));
}

function resolved(
  config: Config,
  path: readonly string[],
  value: unknown,
  originOf: OriginOf,
): Pick<Setting, 'value' | 'origin'> {
  const given = originOf(path);
  if (given !== null) return { value, origin: given };
  const [group, use, ...rest] = path;
  if (group !== 'models' || use !== 'plan') return { value, origin: 'default' };
  const ofAnswer = originOf(['models', 'answer', ...rest]);
  const taken = leaves(config.models.answer).find((leaf) => leaf.path.join() === rest.join());
  const isTaken = ofAnswer !== null && taken?.value === value;
  return { value, origin: isTaken ? `models.answer (${ofAnswer})` : 'default' };
}

type ConnectedModel = Pick<Config['models']['answer'], 'provider' | 'baseUrl' | 'apiKeyEnv'>;

/** What a provider stands for where the configuration gives neither address nor key variable. */
export function providerSettings(config: Config): Setting[] {
  const { answer, image, judge = [] } = config.models;
  const judges = judge.map((model, index) => [
    judge.length === 1 ? 'judge' : `judge.${index}`,
    model,
  ]);
  const models: Record<string, ConnectedModel> = {
    answer,
    plan: mergePlanModel(config),
    ...(image !== undefined && { image }),
    ...Object.fromEntries(judges),
  };
  return Object.entries(models).flatMap(([use, model]) => {
    const { provider } = model;
    const { baseUrl, apiKeyEnv } = providerDefaults[provider];
    const origin = `default of ${provider}`;
    return [
      ...(model.baseUrl === undefined && baseUrl !== null
        ? [{ setting: `models.${use}.baseUrl`, value: baseUrl, origin }]
        : []),
      ...(model.apiKeyEnv === undefined
        ? [{ setting: `models.${use}.apiKeyEnv`, value: apiKeyEnv, origin }]
        : []),
    ];
  });
}

type Leaf = { readonly path: readonly string[]; readonly value: unknown };

/** Values by their path; lists and empty groups count as one value, what is undefined as none. */
function leaves(value: unknown, path: readonly string[] = []): Leaf[] {
  if (value === undefined) return [];
  const members = isGroup(value) ? Object.entries(value) : [];
  if (members.length === 0) return [{ path, value }];
  return members.flatMap(([key, member]) => leaves(member, [...path, key]));
}
