/**
 * Places where a process may die and must leave nothing lost, paid for twice or torn. Tests end the
 * process there (`VIDEOQA_CRASH_AT`); otherwise a point costs one comparison.
 */
export const crashPoints = {
  'dataset-frozen': 'The frozen dataset is stored, the run is not written down.',
  'run-created': 'The run is written down, no drive is open.',
  'items-taken-up': 'Inside the transaction: items are taken up, the drive is not written.',
  'drive-opened': 'The drive is open, its root workflow is not started.',
  'root-started': 'The root workflow is started, nobody watches it yet.',
  'lock-taken': 'The state folder is locked, no server is up.',
  'server-started': 'A server is up, the lock does not name it.',
  'abandoned-ended': 'Activities of a dead process are ended, none is taken yet.',
  'place-taken': 'A place of the account is held, nothing is written.',
  'intent-written': 'The intent is written, the request has not left.',
  'call-replied': 'The reply is here and paid for, nothing of it is stored.',
  'body-stored': 'A large reply is in the blob store, no record names it.',
  'reply-stored': 'The reply is stored, the spend is not settled.',
  'call-settled': 'The spend is settled, the step does not know.',
  'call-failed': 'A request failed, its end is not settled.',
  'picture-stored': 'A generated picture is a blob, no record names it.',
  'step-begun': 'The start of a step is noted, its work is not begun.',
  'step-worked': 'The work of a step is done, its record is not written.',
  'step-recorded': 'The record of a step is written, the server does not know.',
  'query-embedding': 'The pictures of an item are about to be embedded.',
  'query-embedded': 'The pictures of an item are embedded, nothing is searched.',
  'thread-running': 'The thread of the model has a batch. It alone dies.',
  'chunk-embedding': 'Frames of a video are about to be embedded.',
  'chunk-stored': 'Vectors of some frames are a blob, no record names it.',
  'chunk-noted': 'Vectors of some frames are noted, the video is not finished.',
  'index-stored': "A video's index is a blob, no record names it.",
  'index-noted': "A video's index is noted, its run does not name it.",
  'cut-begun': "A video's file is hashed, no frame is cut.",
  'frame-cut': 'A frame of a video is stored, others are not.',
  'frames-cut': 'All frames of a video are stored, no manifest lists them.',
  'manifest-stored': 'The list of frames is a blob, no record names it.',
  'cut-noted': 'The cut is noted, its run does not name it.',
  'blob-written': 'A blob is in a temporary file, not synced.',
  'blob-synced': 'A blob is synced under its temporary name.',
  'blob-renamed': 'A blob has its name, the folder is not synced.',
  'rows-joined': 'Rows are joined, their transaction has not begun.',
  'rows-half-written': 'Inside the transaction: some rows are written, others are not.',
  'rows-written': 'Rows are written, result files are not.',
  'result-file-written': 'A result file is under its temporary name.',
  'result-file-renamed': 'A result file is replaced, the folder is not synced.',
  'drive-closed': 'The drive is closed, the result files of its run are not final.',
  'run-stopping': 'The reason of a stop by a provider is written, admission is open.',
  'wish-written': 'A pause, resume or cancel is written down, the workflow is not told.',
  'workflow-told': 'The workflow is told of a pause, resume or cancel, the person is not.',
} as const;

export type CrashPoint = keyof typeof crashPoints;

/** `about` names the thing at work, such as an item, where a point can be bound to one. */
export type CrashHook = (point: CrashPoint, about: string | undefined) => void;

let hook: CrashHook | null = null;

/** Marks a place in the code. Does nothing unless a test has armed it. */
export function crashPoint(point: CrashPoint, about?: string): void {
  if (hook !== null) hook(point, about);
}

/** Has every point call `reached`; null disarms them. For the start of a process, and for tests. */
export function armCrashPoints(reached: CrashHook | null): void {
  hook = reached;
}
