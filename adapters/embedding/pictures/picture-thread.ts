/**
 * A thread that brings decoded pictures to the model's size and to floats, one after the other. It
 * holds nothing that must be released, so it may be ended at any time.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { resizeToFit } from './picture-fit.ts';
import { createToFloats } from './picture-floats.ts';
import type { PictureRecipe } from './picture-preparation.ts';
import type { PictureReply, PictureRequest } from './picture-threads.ts';

const port = parentPort;
if (port === null) throw new Error('picture-thread.ts is run by a worker thread only');

const recipe = workerData as PictureRecipe;
const toFloats = createToFloats(recipe);

port.on('message', ({ pixels, values }: PictureRequest) => {
  try {
    toFloats(resizeToFit(pixels, recipe), values);
    port.postMessage({ values } satisfies PictureReply, [values.buffer]);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    port.postMessage({ message } satisfies PictureReply);
  }
});
