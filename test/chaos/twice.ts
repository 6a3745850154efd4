import type { Activities } from '../../workers/compose-activities.ts';
import { runInProcess } from './in-process.ts';
import type { Finding } from './part.ts';
import { openScene, type Scene } from './scene.ts';
import { readStored } from './stored-state.ts';
import { readRun } from '../support/e2e-state.ts';
import { violated } from './violation.ts';

/** The second execution begins when the first has ended, or both at once in two processes. */
export type Doubling = 'one after the other' | 'both at once';

type Activity = (input: never) => Promise<unknown>;
type Group = Readonly<Record<string, Activity>>;

/** Every activity is executed twice: what is stored is what one execution stores. */
export async function* executedTwice(options: {
  readonly items: number;
  readonly doublings: readonly Doubling[];
}): AsyncGenerator<Finding> {
  const once = await told(options.items, undefined);
  for (const doubling of options.doublings) {
    const { scene, stored } = await told(options.items, doubling);
    try {
      const { calls } = readStored(scene.home, await scene.runId());
      const billed = (await scene.provider.totals()).billed;
      const extra = billed - once.billed;
      const allowed = doubling === 'both at once' ? calls.length - once.billed : 0;
      const booked = calls.filter(({ isDuplicate }) => isDuplicate).length;
      yield {
        name: doubling,
        figures: { billedOnce: once.billed, billedTwice: billed, booked },
        violations: [
          ...violated(
            'the same is stored as by one execution',
            JSON.stringify(stored) === JSON.stringify(once.stored) ? [] : ['rows differ'],
          ),
          ...violated(
            'nothing is billed again',
            extra <= allowed && booked === extra ? [] : [`${extra} more, ${booked} booked`],
          ),
          ...(await scene.check(null)),
        ],
      };
    } finally {
      await scene.close();
    }
  }
  await once.scene.close();
}

async function told(
  items: number,
  doubling: Doubling | undefined,
): Promise<{ scene: Scene; stored: unknown; billed: number }> {
  const scene = await openScene({ name: 'twice', items, itemsInFlight: 2, latencyMs: 20 });
  await runInProcess(
    scene,
    doubling === undefined
      ? {}
      : { activities: (first, second) => doubled(first, second, doubling) },
  );
  const { rows } = await readRun(scene.home, await scene.runId());
  // What the item came to; times, and who paid for a call that two items share, may differ.
  const stored = rows
    .map(({ item_id, outcome, answer, planned, generated, retrieved, shown }) => {
      return { item_id, outcome, answer, planned, generated, retrieved, shown };
    })
    .toSorted((left, right) => (left.item_id < right.item_id ? -1 : 1));
  return { scene, stored, billed: (await scene.provider.totals()).billed };
}

function doubled(first: Activities, second: Activities, doubling: Doubling): Activities {
  const groups = Object.entries(first).map(([name, group]) => {
    const others = second[name as keyof Activities] as unknown as Group;
    const twice = Object.entries(group as unknown as Group).map(([activity, run]) => [
      activity,
      twiceOf(run, others[activity]!, doubling),
    ]);
    return [name, Object.fromEntries(twice)];
  });
  return Object.fromEntries(groups) as Activities;
}

function twiceOf(run: Activity, other: Activity, doubling: Doubling): Activity {
  return async (input) => {
    if (doubling === 'one after the other') {
      await run(input);
      return other(input);
    }
    const [end] = await Promise.all([run(input), other(input)]);
    return end;
  };
}
