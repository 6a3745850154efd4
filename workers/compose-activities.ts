import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Embedder, openEmbedder } from '../adapters/embedding/embedder.ts';
import { pictureInfo } from '../adapters/frames/picture.ts';
import { readFrameIndex, writeFrameIndex } from '../adapters/index-files/frame-index.ts';
import { readTorchEmbeddings } from '../adapters/index-files/torch-embeddings.ts';
import { createAccountLimiter } from '../adapters/models/account-limiter.ts';
import { downloadPicture } from '../adapters/models/download-picture.ts';
import { sendChat } from '../adapters/models/send-chat.ts';
import { sendImageEdit } from '../adapters/models/send-image-edit.ts';
import { createAnswerActivities } from '../activities/answer.ts';
import { createAskChat } from '../activities/ask-chat.ts';
import { createDriveActivities } from '../activities/drive.ts';
import { createEditPicture } from '../activities/edit-picture.ts';
import { createEmbedRetrieveActivities } from '../activities/embed-retrieve.ts';
import { createGenerateActivities } from '../activities/generate.ts';
import { createIndexActivities, type ImportedEmbeddings } from '../activities/index-video.ts';
import { createPaidCall } from '../activities/paid-call.ts';
import { createPlanActivities } from '../activities/plan.ts';
import { createStepRecorder } from '../activities/record-step.ts';
import { thawItems } from '../domain/frozen-items.ts';
import type { EmbeddingSpec, RunSpec } from '../domain/run-spec.ts';
import { normalizeRows } from '../domain/similarity.ts';
import { createAdmissionReader } from './admission.ts';
import { createKeyReader } from './api-keys.ts';
import { createFrameReader } from './frame-reader.ts';
import type { Stores } from './open-stores.ts';
import { createResultFiles } from './result-files.ts';
import { createRunReader } from './run-reader.ts';

/** The activities of one process, by the queue they are for. */
export type Activities = ReturnType<typeof composeActivities>['activities'];

/** Hands every activity what it declares: the one place that knows both sides. */
export function composeActivities(options: {
  readonly stores: Stores;
  readonly environment: NodeJS.ProcessEnv;
  readonly processId: string;
}) {
  const { stores, processId } = options;
  const { runs, steps, calls, blobs, indexes } = stores;
  const reader = createRunReader(runs, blobs, thawItems);
  const frames = createFrameReader();
  const keyOf = createKeyReader(options.environment);
  const embedders = openEmbeddersOnce();
  const { admission, stopRun } = createAdmissionReader(runs);

  const recordStep = createStepRecorder({ steps, calls, processId });
  const acquire = createAccountLimiter();
  const paidCall = createPaidCall({ calls, admission, acquire, stopRun, processId, now: Date.now });
  const askChat = createAskChat({
    paidCall,
    sendChat: (sending) => sendChat({ ...sending, apiKey: keyOf(sending.model.apiKeyEnv) }),
  });
  const editPicture = createEditPicture({
    paidCall,
    blobs,
    indexes,
    sendImageEdit: (sending) => sendImageEdit({ ...sending, apiKey: keyOf(sending.model.apiKeyEnv) }),
    downloadPicture,
    checkPicture: pictureInfo,
  });
  const common = { reader, frames, blobs, recordStep };
  const index = createIndexActivities({
    ...common,
    indexes,
    embedder: embedders.open,
    writeFrameIndex,
    importedEmbeddings,
    videosOf: async ({ runId }) => (await runs.videosOfDrive(runId, 1)).map((video) => video.videoId),
  });
  const embed = createEmbedRetrieveActivities({ ...common, embedder: embedders.open, readFrameIndex });
  return {
    activities: {
      drive: createDriveActivities({ runs, steps, reader, onRowsRecorded: createResultFiles(stores) }),
      model: {
        ...createPlanActivities({ ...common, askChat }),
        ...createAnswerActivities({ ...common, askChat }),
      },
      image: createGenerateActivities({ ...common, editPicture }),
      embed,
      index,
    },
    forgetRun: reader.forget,
    close: embedders.close,
  };
}

/** One loaded model per folder, shared by both embedding queues. */
function openEmbeddersOnce() {
  const open = new Map<string, Promise<Embedder>>();
  return {
    open({ model, path, device }: EmbeddingSpec): Promise<Embedder> {
      const key = `${model}\n${path}`;
      const known = open.get(key) ?? openEmbedder({ modelId: model, path, device });
      open.set(key, known);
      known.catch(() => open.delete(key));
      return known;
    },
    async close() {
      const loaded = await Promise.allSettled(open.values());
      await Promise.all(loaded.map((one) => (one.status === 'fulfilled' ? one.value.close() : undefined)));
    },
  };
}

/** The `.pt` file of a video as unit rows; null where the run has none or may build it. */
async function importedEmbeddings(spec: RunSpec, videoId: string): Promise<ImportedEmbeddings | null> {
  const { embeddings, buildMissing } = spec.dataset;
  if (embeddings === null) return null;
  const path = join(embeddings, `${videoId}.pt`);
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && buildMissing) return null;
    throw error;
  });
  if (bytes === null) return null;
  const { filenames, embeddings: vectors, dimension } = await readTorchEmbeddings(path);
  normalizeRows(vectors, dimension);
  const frameNames = filenames.map((name) => name.split(/[\\/]/).at(-1) ?? name);
  return { frameNames, vectors, dimension, fileHash: createHash('sha256').update(bytes).digest('hex') };
}
