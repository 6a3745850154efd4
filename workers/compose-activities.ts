import { pictureInfo } from '../adapters/frames/picture.ts';
import { readFrameIndex, writeFrameIndex } from '../adapters/index-files/frame-index.ts';
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
import { createIndexActivities } from '../activities/index-video.ts';
import { createPaidCall } from '../activities/paid-call.ts';
import { createPlanActivities } from '../activities/plan.ts';
import { createStepRecorder } from '../activities/record-step.ts';
import { thawItems } from '../domain/frozen-items.ts';
import { createAdmissionReader } from './admission.ts';
import { createKeyReader } from './api-keys.ts';
import { createFrameReader } from './frame-reader.ts';
import { importedEmbeddings } from './imported-embeddings.ts';
import { openEmbeddersOnce } from './loaded-embedders.ts';
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
  const embedders = openEmbeddersOnce();
  const common = {
    reader,
    frames: createFrameReader(),
    blobs,
    recordStep: createStepRecorder({ steps, calls, processId }),
  };
  const { askChat, editPicture } = composeCalls(options);
  const embedder = embedders.open;
  return {
    activities: {
      drive: createDriveActivities({
        runs,
        steps,
        reader,
        onRowsRecorded: createResultFiles(stores),
      }),
      model: {
        ...createPlanActivities({ ...common, askChat }),
        ...createAnswerActivities({ ...common, askChat }),
      },
      image: createGenerateActivities({ ...common, editPicture }),
      embed: createEmbedRetrieveActivities({ ...common, embedder, readFrameIndex }),
      index: createIndexActivities({
        ...common,
        indexes,
        embedder,
        writeFrameIndex,
        importedEmbeddings,
        videosOf: (spec) => reader.videoIds(spec.runId),
      }),
    },
    forgetRun: reader.forget,
    close: embedders.close,
  };
}

/** Everything that costs money goes through one call store, one limiter and one admission. */
function composeCalls({ stores, environment, processId }: Parameters<typeof composeActivities>[0]) {
  const { runs, calls, blobs, indexes } = stores;
  const keyOf = createKeyReader(environment);
  const paidCall = createPaidCall({
    calls,
    ...createAdmissionReader(runs),
    acquire: createAccountLimiter(),
    processId,
    now: Date.now,
  });
  return {
    askChat: createAskChat({
      paidCall,
      sendChat: (sending) => sendChat({ ...sending, apiKey: keyOf(sending.model.apiKeyEnv) }),
    }),
    editPicture: createEditPicture({
      paidCall,
      blobs,
      indexes,
      sendImageEdit: (sending) =>
        sendImageEdit({ ...sending, apiKey: keyOf(sending.model.apiKeyEnv) }),
      downloadPicture,
      checkPicture: pictureInfo,
    }),
  };
}
