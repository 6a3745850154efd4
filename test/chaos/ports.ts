import { StepError } from '../../domain/errors/step-error.ts';
import { createRandom, type Random } from '../../simulator/world/random.ts';
import type { Stores } from '../../workers/open-stores.ts';
import { type Disturbance, runInProcess } from './in-process.ts';
import type { Finding } from './part.ts';
import { openScene } from './scene.ts';
import { violated } from './violation.ts';

type Trouble = { readonly name: string; readonly disturb: (random: Random) => Disturbance };

const hourMs = 3_600_000;

const troubles: readonly Trouble[] = [
  {
    name: 'stores that fail now and then',
    disturb: (random) => ({
      stores: (stores) => {
        const disturbed = Object.entries(stores).map(([name, store]) => [
          name,
          typeof store === 'object' ? failing(store, random) : store,
        ]);
        return Object.fromEntries(disturbed) as Stores;
      },
    }),
  },
  {
    name: 'a disk that is full for two seconds',
    disturb: () => {
      let fullUntil: number | null = null;
      return {
        stores: (stores) => ({
          ...stores,
          blobs: {
            ...stores.blobs,
            put: async (content) => {
              fullUntil ??= Date.now() + 2000;
              if (Date.now() < fullUntil) throw storageFailure('ENOSPC');
              return stores.blobs.put(content);
            },
          },
        }),
      };
    },
  },
  {
    name: 'a clock that jumps forwards',
    disturb: (random) => ({ now: () => Date.now() + (random.next() < 0.2 ? hourMs : 0) }),
  },
  {
    name: 'a clock that jumps backwards',
    disturb: (random) => ({ now: () => Date.now() - (random.next() < 0.2 ? hourMs : 0) }),
  },
];

/** Runs while our own ports misbehave. */
export async function* disturbedPorts(options: {
  readonly seed: number;
  readonly items: number;
}): AsyncGenerator<Finding> {
  for (const { name, disturb } of troubles) {
    const scene = await openScene({
      name: 'ports',
      items: options.items,
      itemsInFlight: 4,
      calls: { maxAttempts: 20 },
    });
    try {
      await runInProcess(scene, disturb(createRandom(`${options.seed} ${name}`)));
      const { requests, duplicates } = await scene.provider.totals();
      yield {
        name,
        figures: { requests, duplicates },
        violations: [
          ...(await scene.check(null)),
          ...violated('nothing is paid for twice', duplicates === 0 ? [] : [`${duplicates}`]),
        ],
      };
    } finally {
      await scene.close();
    }
  }
}

const failingShare = 0.03;

/** Every method that gives a promise fails now and then. */
function failing<Store extends object>(store: Store, random: Random): Store {
  const promising = new Set<string>();
  const methods = Object.entries(store).filter(([, method]) => typeof method === 'function');
  const disturbed = methods.map(([name, method]: [string, (...values: unknown[]) => unknown]) => {
    const work = (...values: unknown[]): unknown => {
      // Before or after the work: a write may have happened although it is said to have failed.
      const draw = random.next();
      if (draw < failingShare / 2 && promising.has(name)) return Promise.reject(failureOf(name));
      const result = method.apply(store, values);
      if (!(result instanceof Promise)) return result;
      promising.add(name);
      return draw < failingShare ? result.then(() => Promise.reject(failureOf(name))) : result;
    };
    return [name, work];
  });
  return { ...store, ...Object.fromEntries(disturbed) };
}

const failureOf = (name: string): StepError => storageFailure(`EIO in ${name}`);

function storageFailure(code: string): StepError {
  return new StepError('storage', 'retry', `a store fails on purpose: ${code}`);
}
