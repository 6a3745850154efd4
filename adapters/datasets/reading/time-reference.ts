import type { TimeSpan } from '../../../domain/item.ts';

/**
 * Reads an annotated stretch of time: `mm:ss-mm:ss` or `hh:mm:ss-hh:mm:ss`, a dash of any length.
 *
 * @returns the stretch in seconds, closed at both ends; null when the text is something else or
 *   ends before it begins
 */
export function readTimeReference(text: string): TimeSpan | null {
  const ends = text.trim().split(/\s*[-\u2013\u2014]\s*/);
  const [startSeconds, endSeconds] = ends.map(readClock);
  if (ends.length !== 2 || startSeconds == null || endSeconds == null) return null;
  return startSeconds <= endSeconds ? { startSeconds, endSeconds } : null;
}

function readClock(text: string): number | null {
  const found = /^(?:(\d{1,6}):)?(\d{1,3}):(\d{1,2}(?:\.\d+)?)$/.exec(text.trim());
  if (found === null) return null;
  const [, hours, minutes, seconds] = found;
  const isClock = Number(seconds) < 60 && (hours === undefined || Number(minutes) < 60);
  return isClock ? Number(hours ?? 0) * 3600 + Number(minutes) * 60 + Number(seconds) : null;
}
