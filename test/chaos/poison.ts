import { readRun } from '../support/e2e-state.ts';
import type { Finding } from './part.ts';
import { openScene, type Scene } from './scene.ts';
import { openRequests, readStored } from './stored-state.ts';
import { type Violation, violated } from './violation.ts';

/** Processes that one poisonous item may end: one in company, two alone. */
const mostDeaths = 3;

/** One item whose pictures end the process each time: it is left out, and no other. */
export async function* poisonPart({ items }: { readonly items: number }): AsyncGenerator<Finding> {
  const scene = await openScene({ name: 'poison', items, itemsInFlight: 4 });
  try {
    // The items are known once the run is written down.
    await scene.start(undefined, { VIDEOQA_CRASH_AT: 'run-created:1' }).ended;
    const { items: known } = readStored(scene.home, await scene.runId());
    const poisonous = known[Math.floor(known.length / 2)]!.itemId;
    const { deaths, inFlight } = await dieAgainAndAgain(scene, poisonous);
    const { rows } = await readRun(scene.home, await scene.runId());
    const failed = rows.filter(({ outcome }) => outcome === 'failed');
    const isRight =
      failed.length === 1 &&
      failed[0]?.item_id === poisonous &&
      failed[0].failure?.class === 'poison';
    const quarantined: Violation[] = violated(
      'the poisonous item alone is left out',
      isRight ? [] : failed.map(({ item_id, failure }) => `${item_id}: ${failure?.class}`),
    );
    const retried = await scene.start(['retry', await scene.runId(), '--json']).ended;
    const healed = await readRun(scene.home, await scene.runId());
    yield {
      name: 'an item that ends its process',
      figures: { deaths },
      violations: [
        ...quarantined,
        ...violated('few processes die', deaths <= mostDeaths ? [] : [`${deaths}`]),
        ...violated(
          'a retry tries it again',
          retried.code === 0 && healed.counts.answered === healed.counts.scheduled
            ? []
            : [retried.stderr],
        ),
        ...(await scene.check(inFlight)),
      ],
    };
  } finally {
    await scene.close();
  }
}

async function dieAgainAndAgain(
  scene: Scene,
  itemId: string,
): Promise<{ readonly deaths: number; readonly inFlight: readonly (readonly string[])[] }> {
  const inFlight: string[][] = [];
  for (let deaths = 0; deaths <= mostDeaths; deaths += 1) {
    const environment = { VIDEOQA_CRASH_AT: `query-embedding@${itemId}:1` };
    const end = await scene.start(undefined, environment).ended;
    if (end.signal !== 'SIGKILL') return { deaths, inFlight };
    inFlight.push(openRequests(scene.home));
  }
  return { deaths: mostDeaths + 1, inFlight };
}
