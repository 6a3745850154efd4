import { type ChildWorkflowHandle, patched, setHandler } from '@temporalio/workflow';
import type { ShardResult } from '../domain/workflow-contract.ts';
import type { evaluateShard } from './evaluate-shard.ts';
import { placesHeld, setWindow } from './messages.ts';

type Shard = ChildWorkflowHandle<typeof evaluateShard>;

/**
 * Shares one window among shards. Only the newest shard admits items; it may fill what the shards
 * before it no longer hold, so the window stays full while an old shard runs out.
 */
export function shareWindow(initialWindow: number) {
  let window = initialWindow;
  let newest: { readonly number: number; readonly handle: Shard } | null = null;
  const held = new Map<number, number>();

  const freeFor = (shard: number): number => {
    const others = [...held].filter(([number]) => number !== shard);
    return Math.max(0, window - others.reduce((sum, [, places]) => sum + places, 0));
  };
  const tellNewest = async (): Promise<void> => {
    // A shard that has just ended cannot be told, and need not be.
    await newest?.handle.signal(setWindow, freeFor(newest.number)).catch(() => undefined);
  };
  setHandler(setWindow, async (places) => {
    window = places;
    await tellNewest();
  });
  setHandler(placesHeld, async ({ shard, held: places }) => {
    held.set(shard, places);
    await tellNewest();
  });

  return {
    freeFor,
    /** A shard hands over when it has nothing left to start, or has ended. */
    hasHandedOver: (shard: number): boolean => held.has(shard),
    /** Makes a shard the one that admits, started with that many places, and frees them when it ends. */
    async follow(number: number, handle: Shard, places: number): Promise<ShardResult> {
      newest = { number, handle };
      // Asked of old histories only where it changes something: they told nobody then.
      if (freeFor(number) !== places && patched('tell-started-shard')) await tellNewest();
      try {
        return await handle.result();
      } finally {
        held.set(number, 0);
        await tellNewest();
      }
    },
  };
}
