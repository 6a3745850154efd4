import type { Readable } from 'node:stream';

/** No frame within the pixel limit compresses to more. */
const mostPictureBytes = 256 * 1024 * 1024;
const mostHeaderBytes = 1024;

/**
 * Takes a stream of ffmpeg's `mpjpeg` apart: pictures one after the other, each with its length
 * before it. A picture that breaks off at the end is left out.
 *
 * @throws {Error} when the stream is no mpjpeg
 */
export async function* readPictures(stream: Readable): AsyncGenerator<Uint8Array> {
  const chunks: Buffer[] = [];
  let held = 0;
  let header: { readonly start: number; readonly length: number } | null = null;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    held += chunk.length;
    for (;;) {
      // Joined only when a header is due or a picture is whole, so that bytes are copied once or twice.
      if (header !== null && held < header.start + header.length) break;
      const bytes = join(chunks);
      header ??= headerOf(bytes);
      if (header === null || held < header.start + header.length) break;
      const end: number = header.start + header.length;
      yield new Uint8Array(bytes.subarray(header.start, end));
      chunks.splice(0, chunks.length, bytes.subarray(end));
      held -= end;
      header = null;
    }
  }
}

function join(chunks: Buffer[]): Buffer {
  const bytes = chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks);
  chunks.splice(0, chunks.length, bytes);
  return bytes;
}

/** Null while the header has not arrived as a whole. */
function headerOf(bytes: Buffer): { start: number; length: number } | null {
  const end = bytes.subarray(0, mostHeaderBytes).indexOf('\r\n\r\n');
  if (end === -1) {
    if (bytes.length >= mostHeaderBytes) throw new Error('no picture begins where one should');
    return null;
  }
  const length = Number(/content-length: (\d+)/i.exec(bytes.toString('latin1', 0, end))?.[1]);
  if (!(length > 0 && length <= mostPictureBytes)) throw new Error('a picture has no valid length');
  return { start: end + 4, length };
}
