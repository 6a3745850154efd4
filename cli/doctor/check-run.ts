import { stat } from 'node:fs/promises';
import { loadDataset } from '../../adapters/datasets/load-dataset.ts';
import { preflightDataset } from '../../adapters/datasets/preflight.ts';
import { describeProblem } from '../../adapters/datasets/problem.ts';
import { checkModelFiles } from '../../adapters/embedding/model-folder/check-model-files.ts';
import { findTower } from '../../adapters/embedding/model-folder/model-files.ts';
import { verifyModel } from '../../adapters/hub/verify-model.ts';
import { probeEndpoint } from '../../adapters/network/probe-endpoint.ts';
import { namesCluster } from '../../client/connect.ts';
import type { UnfrozenRun } from '../../domain/config/resolve-config.ts';
import type { EmbeddingSpec } from '../../domain/run-spec.ts';
import { EnvironmentError } from '../../domain/errors/usage-error.ts';
import type { Stores } from '../../workers/open-stores.ts';
import { broken, type Finding, finding, passed } from './check.ts';
import {
  judgeBudget,
  judgeCertificate,
  judgeEndpoint,
  judgeModelFiles,
  judgePrices,
  judgeProviderClock,
} from './judge-config.ts';
import { judgeRunSize } from './judge-server.ts';
import { checkedVideos } from '../../workers/cache-folder.ts';

/** The files that a configuration names: annotations, media, and how many items there are. */
export async function checkDataset(file: string, unfrozen: UnfrozenRun): Promise<Finding[]> {
  const { dataset } = unfrozen;
  let others: Finding[] = [];
  const parsed = await finding(
    'dataset',
    `videoqa run '${file}'  # names every problem`,
    async () => {
      const loaded = await loadDataset(dataset);
      const items = loaded.items.length;
      const { problems } = await preflightDataset({
        loaded,
        dataset,
        checkedVideos: checkedVideos(process.env),
        readEmbeddings: null,
      });
      others = [
        problems.length === 0
          ? passed('media', `there for ${items} items`)
          : broken(
              'media',
              `${problems.length} problems; first: ${describeProblem(problems[0]!)}`,
              `videoqa run '${file}'  # names every problem before it starts`,
            ),
        judgeRunSize({ items, isEmbedded: !namesCluster() }),
      ];
      return `${dataset.path}: ${items} items`;
    },
  );
  return [parsed, ...others];
}

/** The addresses that calls would go to. Nothing is paid: no key and no content is sent. */
export async function checkEndpoints({ models, judging }: UnfrozenRun): Promise<Finding[]> {
  const judges = judging?.judges.map(({ model }) => model) ?? [];
  const images = models.image === null ? [] : [models.image];
  const paid = [models.answer, models.plan, ...images, ...judges];
  const urls = [...new Set(paid.map(({ baseUrl }) => baseUrl))];
  const found = await Promise.all(
    urls.map(async (url) => {
      const facts = await probeEndpoint(url);
      const endpoint = judgeEndpoint(facts);
      if (!endpoint.ok) return [endpoint];
      return [endpoint, judgeCertificate(facts, Date.now()), judgeProviderClock(facts)];
    }),
  );
  return found.flat();
}

/** Whether the budgets of a configuration can be kept, and what is left of them. */
export async function checkMoney(
  file: string,
  { name, models, run, judging }: UnfrozenRun,
  stores: Pick<Stores, 'runs' | 'calls'> | null,
): Promise<Finding[]> {
  const paid = { answer: models.answer, plan: models.plan, image: models.image };
  const judges = judging?.judges.map(({ model }) => ({ role: 'judge', model })) ?? [];
  const ofSteps = Object.entries(paid).flatMap(([role, model]) =>
    model === null ? [] : [{ role, model }],
  );
  const entries = [...ofSteps, ...judges];
  const hasBudget = run.budgetUsd !== null || entries.some(({ model }) => model.budgetUsd !== null);
  const unpriced = entries.filter(({ model }) => model.price === null);
  const latest = (await stores?.runs.latestNamed(name)) ?? null;
  const ledger = latest === null ? null : ((await stores?.calls.ledger(latest.runId)) ?? null);
  return [
    judgePrices({ file, hasBudget, unpriced: unpriced.map(({ role }) => `models.${role}`) }),
    judgeBudget({ file, budgetUsd: run.budgetUsd, spentUsd: ledger?.settledUsd ?? null }),
  ];
}

/** The files of an embedding model: all there, and as they were fetched. */
export function checkModelFolder({ path, dtype, model }: EmbeddingSpec): Promise<Finding> {
  return finding('model files', `videoqa models pull ${model}`, async () => {
    await checkModelFiles(path, { dtype, texts: false });
    const verified = await verifyModel(path).catch((error: unknown) => {
      if (error instanceof EnvironmentError) return null;
      throw error;
    });
    const damaged = verified?.files.filter(({ state }) => state !== 'intact') ?? null;
    return judgeModelFiles(path, damaged?.map(({ name }) => name) ?? null);
  });
}

/** Bytes of the weights that a run would load; 0 where they are not there. */
export async function weightBytes({ path, dtype }: EmbeddingSpec): Promise<number> {
  const tower = await findTower(path, 'vision', dtype).catch(() => null);
  const sizes = await Promise.all((tower?.paths ?? []).map((file) => stat(file)));
  return sizes.reduce((sum, { size }) => sum + size, 0);
}
