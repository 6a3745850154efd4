import { setTimeout as delay } from 'node:timers/promises';
import { createRandom } from '../../simulator/world/random.ts';
import { until } from '../support/e2e-cli.ts';
import type { Finding, PartOptions } from './part.ts';
import { openScene } from './scene.ts';
import { openRequests } from './stored-state.ts';
import { violated } from './violation.ts';

const deploys = 3;

/** The worker is asked to stop with SIGTERM again and again, as by an upgrade, and started anew. */
export async function* deployPart({
  seed,
  items,
}: Pick<PartOptions, 'seed' | 'items'>): AsyncGenerator<Finding> {
  const random = createRandom(`deploy ${seed}`);
  const scene = await openScene({ name: 'deploy', items, latencyMs: 300, itemsInFlight: 8 });
  try {
    let left: string[] = [];
    for (let number = 0; number < deploys; number += 1) {
      const cli = scene.start();
      const before = (await scene.provider.totals()).requests;
      await Promise.race([
        cli.ended,
        until('calls are made', async () => (await scene.provider.totals()).requests >= before + 3),
      ]);
      await delay(random.between(0, 1000));
      cli.kill('SIGTERM');
      await cli.ended;
      left = [...left, ...openRequests(scene.home)];
    }
    const last = await scene.start().ended;
    const { requests, duplicates } = await scene.provider.totals();
    yield {
      name: `${deploys} times SIGTERM`,
      figures: { requests, duplicates },
      violations: [
        ...violated('the run goes on to its end', last.code === 0 ? [] : [last.stderr]),
        ...violated('no call is cut off', left),
        ...violated('nothing is paid for twice', duplicates === 0 ? [] : [`${duplicates}`]),
        ...(await scene.check([])),
      ],
    };
  } finally {
    await scene.close();
  }
}
