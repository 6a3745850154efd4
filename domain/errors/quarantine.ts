/**
 * How much the work on one item's pictures, or on a part of a video, is suspected of ending the
 * process or the model's thread that does it: 0 to 3. Many are at work when a process dies, and most
 * are innocent; so the first death only makes suspects, which then work alone, and two deaths while
 * alone are proof. The end of a thread names the batch it had, so one such death counts as much as
 * the first of a process and one alone.
 */
export const unsuspected = 0;

/** A suspect works alone: no other item or video is embedded beside it. */
export function worksAlone(suspicion: number): boolean {
  return suspicion > unsuspected;
}

/** Whether it is not tried again. */
export function isPoison(suspicion: number): boolean {
  return suspicion >= 3;
}

/** An attempt began and its process never ended it. */
export function afterProcessDeath(suspicion: number): number {
  return suspicion + 1;
}

/** The thread ended while it had nothing but the pictures of one batch. */
export function afterThreadDeath(suspicion: number): number {
  return Math.max(1, suspicion) + 1;
}
