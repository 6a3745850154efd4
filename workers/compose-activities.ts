import { pictureInfo } from '../adapters/frames/picture.ts';
import { writeFrameIndex } from '../adapters/index-files/frame-index.ts';
import { createAccountLimiter } from '../adapters/models/account-limiter.ts';
import { downloadPicture } from '../adapters/models/download-picture.ts';
import { sendChat } from '../adapters/models/send-chat.ts';
import { sendImageEdit } from '../adapters/models/send-image-edit.ts';
import { cutterVersion } from '../adapters/video/cut-frames.ts';
import { writeManifest } from '../adapters/video/frame-manifest.ts';
import { createAccountGuard } from '../activities/account-guard.ts';
import { createAnswerActivities } from '../activities/answer.ts';
import { type AskChatDependencies, createAskChat } from '../activities/ask-chat.ts';
import { createDriveActivities } from '../activities/drive.ts';
import { createEditPicture } from '../activities/edit-picture.ts';
import {
  createEmbedRetrieveActivities,
  type EmbedRetrieveDependencies,
} from '../activities/embed-retrieve.ts';
import { createExtractActivities, type ExtractDependencies } from '../activities/extract-frames.ts';
import { createGenerateActivities } from '../activities/generate.ts';
import { createJudgeActivities } from '../activities/judge.ts';
import { createJudgingActivities } from '../activities/judging.ts';
import { createIndexJobActivities } from '../activities/index-job.ts';
import { createIndexActivities } from '../activities/index-video.ts';
import { createPaidCall } from '../activities/paid-call.ts';
import { createPlanActivities } from '../activities/plan.ts';
import { createQuarantine } from '../activities/quarantine.ts';
import { createStepRecorder } from '../activities/record-step.ts';
import type { EmbeddingDevice } from '../domain/run-spec.ts';
import { createAdmissionReader } from './admission.ts';
import { createKeyReader } from './api-keys.ts';
import { cacheFolder } from './cache-folder.ts';
import { describeSelfTest } from './describe-embedder.ts';
import { createFrameReader, reencodePicture } from './frame-reader.ts';
import { createCalibrationReader } from './calibration-reader.ts';
import { createJudgingAdmission } from './judging-admission.ts';
import { importedEmbeddings } from './imported-embeddings.ts';
import { openEmbeddersOnce } from './loaded-embedders.ts';
import { onceEach } from './once-each.ts';
import { createIndexOpener } from './open-frame-index.ts';
import type { Stores } from './open-stores.ts';
import { createResultFiles } from './result-files.ts';
import { createVideoOpener } from './open-video.ts';
import { createRunReader } from './run-reader.ts';
import { createSourceReader } from './source-reader.ts';
import {
  observeAcquire,
  observeCallStore,
  observePaidCall,
  observeRunStore,
  observeSending,
} from './telemetry/observe-calls.ts';
import type { Observer } from './telemetry/observer.ts';

/** The activities of one process, by the queue they are for. */
export type Activities = ReturnType<typeof composeActivities>['activities'];

export type ComposeOptions = {
  readonly stores: Stores;
  readonly environment: NodeJS.ProcessEnv;
  readonly processId: string;
  /** Where this process runs embedding models; null = where each run says. */
  readonly device: EmbeddingDevice | null;
  /** Told of what is worth a line to the person who watches. */
  readonly onNote: (note: string) => void;
  /** Told of calls, steps and rows: metrics and traces. */
  readonly observers: readonly Partial<Observer>[];
  /** Milliseconds since 1970. @default the system's clock */
  readonly now?: () => number;
};

/** Hands every activity what it declares: the one place that knows both sides. */
export function composeActivities(options: ComposeOptions) {
  const { stores, processId, observers } = options;
  const { steps, calls, blobs, indexJobs, judgements } = stores;
  const runs = observeRunStore(stores.runs, observers);
  const reader = createRunReader(stores);
  const sources = createSourceReader({ indexJobs, blobs, reader });
  const common = {
    reader,
    sources,
    frames: createFrameReader(stores),
    blobs,
    recordStep: createStepRecorder({ steps, calls, processId }),
  };
  const { askChat, askJudge, editPicture, limiter } = composeCalls(options);
  const judging = { reader, runs, judgements, calibration: createCalibrationReader(reader, blobs) };
  const { activities: embedding, ...embedders } = composeEmbedding(options, common);
  return {
    activities: {
      drive: {
        ...createDriveActivities({
          runs,
          steps,
          calls,
          reader,
          onRowsRecorded: createResultFiles(stores),
        }),
        ...createIndexJobActivities({ jobs: indexJobs, sources }),
        ...createJudgingActivities(judging),
      },
      model: {
        ...createPlanActivities({ ...common, askChat }),
        ...createAnswerActivities({ ...common, askChat }),
        ...createJudgeActivities({ ...judging, calls, blobs, askChat: askJudge }),
      },
      image: createGenerateActivities({ ...common, editPicture }),
      ...embedding,
    },
    ...embedders,
    close: () => limiter.close().then(embedders.close),
  };
}

/** Cutting, embedding and searching: what needs no key and costs no money. */
function composeEmbedding(
  { stores, environment, device, processId, onNote }: ComposeOptions,
  common: Pick<EmbedRetrieveDependencies, 'reader' | 'frames' | 'blobs' | 'recordStep'> &
    Pick<ExtractDependencies, 'sources'>,
) {
  const embedders = openEmbeddersOnce({
    device,
    cacheFolder: cacheFolder(environment),
    onOpened: (opened) => onNote(describeSelfTest(opened)),
  });
  const embedder = embedders.open;
  const { mediaWork } = stores;
  const guarded = createQuarantine({ mediaWork, processId });
  const index = createIndexActivities({
    ...common,
    ...stores,
    guarded,
    embedder,
    writeFrameIndex,
    importedEmbeddings,
  });
  return {
    activities: {
      embed: createEmbedRetrieveActivities({
        ...common,
        guarded,
        embedder,
        openIndex: createIndexOpener(stores.blobs),
        indexAgain: onceEach(index.indexVideo, ({ runId, videoId }) => `${runId}/${videoId}`),
      }),
      index,
      media: createExtractActivities({
        ...common,
        ...stores,
        // ffmpeg does the work elsewhere: cutting and embedding need not wait for one another.
        guarded: createQuarantine({ mediaWork, processId }),
        cutterVersion,
        openVideo: createVideoOpener(stores.blobs),
        writeManifest,
      }),
    },
    /** Loads a model, or finds it loaded, and has it prove itself. */
    openEmbedder: embedder,
    loadedEmbedders: embedders.loaded,
    close: embedders.close,
  };
}

/** Everything that costs money goes through one call store, one limiter and one admission. */
function composeCalls({
  now = Date.now,
  stores,
  environment,
  processId,
  observers,
  onNote,
}: ComposeOptions) {
  const { runs, calls, blobs, indexes, pauses, accounts, judgements } = stores;
  const limiter = createAccountLimiter(accounts, processId);
  const keyOf = createKeyReader(environment);
  const shared = {
    calls: observeCallStore(stores.calls, observers),
    acquire: observeAcquire(limiter.acquire, observers),
    requireRoom: stores.requireRoom,
    guard: createAccountGuard({ pauses, calls, now, onNote }),
    processId,
    now,
  };
  const paidCall = observePaidCall(
    createPaidCall({ ...shared, ...createAdmissionReader(runs) }),
    observers,
  );
  // A judge without a key ends the judging, not the run, which may long be complete.
  const judgeCall = observePaidCall(
    createPaidCall({ ...shared, ...createJudgingAdmission(judgements) }),
    observers,
  );
  const chat = observeSending('chat', sendChat, observers);
  const sendWithKey: AskChatDependencies['sendChat'] = (sending) =>
    chat({ ...sending, apiKey: keyOf(sending.model.apiKeyEnv) });
  const imageEdit = observeSending('image', sendImageEdit, observers);
  return {
    limiter,
    askChat: createAskChat({ paidCall, reencodePicture, sendChat: sendWithKey }),
    askJudge: createAskChat({ paidCall: judgeCall, reencodePicture, sendChat: sendWithKey }),
    editPicture: createEditPicture({
      paidCall,
      reencodePicture,
      blobs,
      indexes,
      sendImageEdit: (sending) => imageEdit({ ...sending, apiKey: keyOf(sending.model.apiKeyEnv) }),
      downloadPicture,
      checkPicture: pictureInfo,
    }),
  };
}
