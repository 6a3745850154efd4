import { chatIdentity } from './calls/chat-identity.ts';
import { canonicalJson, sha256Hex } from './hashing.ts';
import type { UnfrozenRun } from './config/resolve-config.ts';
import { plansPictures } from './strategy-spec.ts';

/** How answers are compared with gold. A change of the rule makes new runs. */
const scoringVersion = 'exact-letter-1';

/** `identity` is canonical JSON of everything that results depend on. */
export type RunIdentity = { readonly identity: string; readonly runId: string };

/**
 * Names a run by what its results depend on: dataset, strategy, models with their sampling
 * parameters, prompts, scoring and judges. Limits, prices, addresses behind an `identity`, key variables
 * and the output folder do not change it, so the same evaluation goes on after such an edit.
 *
 * @param datasetHash sha256 of the frozen items
 */
export function runIdentity(run: UnfrozenRun, datasetHash: string): RunIdentity {
  const { answer, plan, image, embedding } = run.models;
  const identity = canonicalJson({
    dataset: datasetHash,
    strategy: run.strategy,
    models: {
      answer: chatIdentity(answer),
      plan: plansPictures(run.strategy) ? chatIdentity(plan) : undefined,
      image:
        image === null
          ? undefined
          : {
              provider: image.provider,
              endpoint: image.endpointIdentity,
              model: image.model,
              seed: image.seed,
              size: image.size,
              wire: image.wire,
              extraBody: image.extraBody,
            },
      embedding:
        embedding === null
          ? undefined
          : {
              model: embedding.model,
              dtype: embedding.dtype === 'fp32' ? undefined : embedding.dtype,
            },
    },
    extract: run.dataset.media.kind === 'videos' ? run.dataset.media.extract : undefined,
    prompts: run.promptVersion,
    prompt: promptIdentity(run),
    scoring: scoringVersion,
    judging: judgingIdentity(run),
  });
  return { identity, runId: `${runNameForIds(run.name)}-${sha256Hex(identity).slice(0, 8)}` };
}

/** What stands before each frame of the answer call; the suite is in the prompts' version. */
function promptIdentity({ prompt }: UnfrozenRun): Record<string, unknown> | undefined {
  const { frameIds, timestamps } = prompt ?? {};
  return frameIds || timestamps ? { frameIds, timestamps } : undefined;
}

/** A run that nobody judges is what it was before there were judges. */
function judgingIdentity({ judging }: UnfrozenRun): Record<string, unknown> | undefined {
  if (judging === undefined) return undefined;
  const judges = judging.judges.map(({ judge }) => judge);
  return { judges: judges.toSorted(), contracts: judging.contracts.toSorted() };
}

/** A run name as it stands in ids: letters, digits, `.`, `_` and `-`, at most 80 of them. */
export function runNameForIds(name: string): string {
  const plain = name.normalize('NFKD').replace(/[^A-Za-z0-9._-]+/g, '-');
  return (
    plain
      .replace(/^[-.]+/, '')
      .slice(0, 80)
      .replace(/[-.]+$/, '') || 'run'
  );
}

/** One line per field that differs between two run identities: `strategy.topK: 8 -> 16`. */
export function describeDifference(before: string, after: string): string[] {
  const left = leaves(JSON.parse(before));
  const right = leaves(JSON.parse(after));
  const fields = [...new Set([...left.keys(), ...right.keys()])].toSorted();
  return fields
    .filter((field) => left.get(field) !== right.get(field))
    .map((field) => `${field}: ${left.get(field) ?? notThere} -> ${right.get(field) ?? notThere}`);
}

const notThere = '(none)';

/** Every value of a JSON document by its dotted path; lists and empty groups count as one value. */
function leaves(value: unknown, path = ''): Map<string, string> {
  const isGroup = value !== null && typeof value === 'object' && !Array.isArray(value);
  const members = isGroup ? Object.entries(value) : [];
  if (members.length === 0) return new Map([[path, canonicalJson(value)]]);
  return new Map(
    members.flatMap(([key, member]) => [...leaves(member, path === '' ? key : `${path}.${key}`)]),
  );
}
