import { giveUp } from './batch-give-up.ts';
import type { PipelineStages } from './batch-pipeline.ts';
import type { QueuedPicture } from './picture-queue.ts';
import type { PreparedBatch } from './prepare-batch.ts';

/** Batches that are decoded, or being decoded, while another one runs. */
export type BatchesAhead = {
  /** Starts to prepare what waits, as far as there is room. */
  readonly fill: () => void;
  /**
   * Takes out prepared batches for the next run: those with queries first, no more than fit together;
   * none when they have fewer pictures than `least`.
   */
  readonly choose: (least: number) => PreparedBatch[];
  readonly isEmpty: () => boolean;
  /** Waits for what is being decoded. */
  readonly decoded: () => Promise<void>;
};

/** Not prepared as long as it is being decoded. */
type Ahead = { readonly pictures: readonly QueuedPicture[]; prepared?: PreparedBatch };

/** @param onReady  called whenever a batch is prepared or was given up */
export function createBatchesAhead(stages: PipelineStages, onReady: () => void): BatchesAhead {
  const { sizes } = stages;
  const ahead = new Set<Ahead>();
  const preparing = new Set<Promise<void>>();

  const prepareOne = async (one: Ahead): Promise<void> => {
    try {
      one.prepared = await stages.prepare(one.pictures);
    } catch (error) {
      ahead.delete(one);
      giveUp(stages, one.pictures, sizes.rowsFor(one.pictures.length), error);
    }
    onReady();
  };
  return {
    fill: () => {
      for (;;) {
        const pictures = nextPictures(stages, ahead);
        if (pictures.length === 0) return;
        const one: Ahead = { pictures };
        ahead.add(one);
        const work = prepareOne(one).finally(() => preparing.delete(work));
        preparing.add(work);
      }
    },
    choose: (least) => {
      takeApart(stages, ahead);
      const chosen = chooseReady(ahead, sizes.next());
      const pictures = chosen.reduce((sum, one) => sum + one.prepared!.pictures.length, 0);
      if (pictures < least) return [];
      for (const one of chosen) ahead.delete(one);
      return chosen.map((one) => one.prepared!);
    },
    isEmpty: () => ahead.size === 0,
    decoded: async () => {
      await Promise.all(preparing);
    },
  };
}

/** Pictures to decode next: a query is decoded even when enough index pictures are ahead. */
function nextPictures(stages: PipelineStages, ahead: ReadonlySet<Ahead>): QueuedPicture[] {
  const waiting = [...ahead].flatMap(({ pictures }) => pictures);
  const room = stages.picturesAhead - waiting.length;
  const size = stages.sizes.next();
  if (room > 0) return stages.take(Math.min(size, room));
  const queries = waiting.filter(({ lane }) => lane === 'query').length;
  return stages.take(Math.max(0, Math.min(size, stages.picturesAhead - queries)), 'query');
}

/** Drops batches that nobody waits for; those that became too large let their pictures wait again. */
function takeApart({ sizes, putBack }: PipelineStages, ahead: Set<Ahead>): void {
  for (const one of ahead) {
    if (one.prepared === undefined) continue;
    const { pictures, rows } = one.prepared;
    const isWanted = pictures.some(({ request }) => !request.settled());
    const isTooLarge = rows > sizes.largest();
    if (isTooLarge && isWanted) putBack(pictures);
    if (isTooLarge || !isWanted) ahead.delete(one);
  }
}

function chooseReady(ahead: ReadonlySet<Ahead>, atMost: number): Ahead[] {
  const ready = [...ahead].filter(({ prepared }) => prepared !== undefined);
  const chosen: Ahead[] = [];
  let pictures = 0;
  for (const one of ready.toSorted((left, right) => queriesIn(right) - queriesIn(left))) {
    pictures += one.prepared!.pictures.length;
    if (chosen.length > 0 && pictures > atMost) break;
    chosen.push(one);
  }
  return chosen;
}

function queriesIn({ pictures }: Ahead): 0 | 1 {
  return pictures.some(({ lane }) => lane === 'query') ? 1 : 0;
}
