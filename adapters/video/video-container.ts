/** The kinds of video file that are read; a list of other files to fetch (m3u8, concat) is none. */
export type VideoContainer = 'mov' | 'matroska' | 'avi' | 'gif' | 'flv' | 'asf' | 'mpeg' | 'mpegts';

/** So many bytes from the start of a file decide about its container. */
export const containerSniffBytes = 600;

/** What ffmpeg may open: nothing that refers to a second file or to the network. */
export const formatWhitelist = 'mov,matroska,webm,avi,gif,flv,asf,mpeg,mpegts';

/**
 * Tells a video file's container from its first bytes; null when it is none that is read. Names and
 * declared types are not believed: an error page saved as `.mp4` is no video.
 */
export function videoContainerOf(bytes: Uint8Array): VideoContainer | null {
  const text = (at: number, length: number): string =>
    String.fromCharCode(...bytes.subarray(at, at + length));
  if (/^(?:ftyp|moov|mdat|wide|free|skip|pnot)$/.test(text(4, 4))) return 'mov';
  if (text(0, 4) === '\x1a\x45\xdf\xa3') return 'matroska';
  if (text(0, 4) === 'RIFF' && /^AVIX? ?$/.test(text(8, 4))) return 'avi';
  if (/^GIF8[79]a$/.test(text(0, 6))) return 'gif';
  if (text(0, 4) === 'FLV\x01') return 'flv';
  if (text(0, 8) === '\x30\x26\xb2\x75\x8e\x66\xcf\x11') return 'asf';
  if (text(0, 4) === '\x00\x00\x01\xba') return 'mpeg';
  return isTransportStream(bytes) ? 'mpegts' : null;
}

/** Packets of 188 bytes, or of 192 with a time before each, all begin with the same byte. */
function isTransportStream(bytes: Uint8Array): boolean {
  const beginsAt = (first: number, size: number): boolean =>
    [0, 1, 2].every((packet) => bytes[first + packet * size] === 0x47);
  return beginsAt(0, 188) || beginsAt(4, 192);
}
