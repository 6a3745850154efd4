import { mkdir } from 'node:fs/promises';
import { registerRun } from '../../cli/register-run.ts';
import { type ConfigInput, configSchema } from '../../domain/config/config.ts';
import { freezeItems } from '../../domain/frozen-items.ts';
import { sha256Hex } from '../../domain/hashing.ts';
import type { Item } from '../../domain/item.ts';
import { promptVersion } from '../../domain/prompts/plan-prompt.ts';
import { resolveConfig } from '../../domain/config/resolve-config.ts';
import { runIdentity } from '../../domain/run-identity.ts';
import { utf8Text } from '../../domain/text/utf8-text.ts';
import { openStores } from '../../workers/open-stores.ts';

/**
 * Writes a run over these items into a state folder, as `videoqa run` does with those of a data set;
 * `videoqa retry` drives it.
 *
 * @returns its run id
 */
export async function registerItems(
  home: string,
  config: ConfigInput,
  items: readonly Item[],
): Promise<string> {
  const surroundings = { promptVersion, simulatedBaseUrl: null };
  const unfrozen = resolveConfig(configSchema.parse(config), {
    ...surroundings,
    overwrite: false,
    extractTimes: null,
  });
  const frozen = freezeItems(items);
  const hash = sha256Hex(utf8Text(frozen, { fatal: true }));
  const { identity, runId } = runIdentity(unfrozen, hash);
  const spec = { ...unfrozen, runId, dataset: { ...unfrozen.dataset, hash } };
  await mkdir(home, { recursive: true, mode: 0o700 });
  const stores = await openStores(home, {});
  try {
    const nothing = { frozenFiles: null, calibration: null, keys: [], warnings: [] };
    const prepared = { spec, identity, items, frozen, ...nothing };
    await registerRun(stores, prepared, { expectedRunId: null, fresh: false });
  } finally {
    await stores.close();
  }
  return runId;
}
