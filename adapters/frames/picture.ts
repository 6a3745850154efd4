import sharp from 'sharp';
import { StepError } from '../../domain/errors/step-error.ts';

export type PictureInfo = {
  readonly mediaType: 'image/jpeg' | 'image/png' | 'image/webp';
  /** Pixels as displayed, after the orientation that the file asks for. */
  readonly width: number;
  readonly height: number;
};

/** What a decoder needs grows with the pixels, whatever the size of the file. */
const mostPixels = 40_000_000;
const limits = { limitInputPixels: mostPixels, pages: 1 } as const;

/**
 * Tells a picture's type from its first bytes; null when it is no JPEG, PNG or WebP. File names and
 * content types are not believed: an error page saved as `.jpg` is no picture.
 */
export function mediaTypeOf(bytes: Uint8Array): PictureInfo['mediaType'] | null {
  if (startsWith(bytes, [0xff, 0xd8, 0xff])) return 'image/jpeg';
  if (startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'image/png';
  const isRiff = startsWith(bytes, [0x52, 0x49, 0x46, 0x46]);
  return isRiff && startsWith(bytes.subarray(8), [0x57, 0x45, 0x42, 0x50]) ? 'image/webp' : null;
}

/**
 * Reads a picture's type and size without decoding its pixels.
 *
 * @throws {StepError} class `bad_media` when it is no JPEG, PNG or WebP, its header is damaged, or it has
 *   more than 40 megapixels
 */
export async function pictureInfo(bytes: Uint8Array): Promise<PictureInfo> {
  const mediaType = mediaTypeOf(bytes);
  if (mediaType === null) throw notAPicture('it is neither JPEG, PNG nor WebP');
  try {
    const { width, height } = (await sharp(bytes, limits).metadata()).autoOrient;
    if (width * height > mostPixels)
      throw notAPicture(`it has ${width}x${height} pixels, the limit is 40 million`);
    return { mediaType, width, height };
  } catch (error) {
    if (error instanceof StepError) throw error;
    throw notAPicture('its header cannot be read', error);
  }
}

/**
 * Scales a picture down so that its longest edge is `maxEdge` pixels, in its own format. A picture
 * that is small enough comes back as it is, byte for byte.
 *
 * @throws {StepError} class `bad_media` when it cannot be decoded
 */
export async function resizeFrame(bytes: Uint8Array, maxEdge: number): Promise<Uint8Array> {
  const { width, height, mediaType } = await pictureInfo(bytes);
  if (Math.max(width, height) <= maxEdge) return bytes;
  const scaled = sharp(bytes, limits)
    .autoOrient()
    .resize({ width: maxEdge, height: maxEdge, fit: 'inside', kernel: 'lanczos3' });
  const encoded = {
    'image/jpeg': () => scaled.jpeg({ quality: 92 }),
    'image/png': () => scaled.png(),
    'image/webp': () => scaled.webp({ quality: 92 }),
  }[mediaType]();
  try {
    return new Uint8Array(await encoded.toBuffer());
  } catch (error) {
    throw notAPicture('its pixels cannot be decoded', error);
  }
}

/** Below the limits of every provider that names any. */
const plainEdge = 1280;
const plainQuality = 80;

/**
 * The picture as plain as a JPEG can be, for a provider that has refused it: baseline, sRGB, no
 * transparency, no metadata, its longest edge at most 1280 pixels.
 *
 * @throws {StepError} class `bad_media` when it cannot be decoded
 */
export async function plainJpeg(bytes: Uint8Array): Promise<Uint8Array> {
  await pictureInfo(bytes);
  const size = {
    width: plainEdge,
    height: plainEdge,
    fit: 'inside',
    withoutEnlargement: true,
  } as const;
  try {
    const encoded = await sharp(bytes, limits)
      .autoOrient()
      .resize({ ...size, kernel: 'lanczos3' })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .jpeg({ quality: plainQuality, progressive: false, chromaSubsampling: '4:2:0' })
      .toBuffer();
    return new Uint8Array(encoded);
  } catch (error) {
    throw notAPicture('its pixels cannot be decoded', error);
  }
}

function startsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, position) => bytes[position] === byte);
}

function notAPicture(reason: string, cause?: unknown): StepError {
  return new StepError('bad_media', 'fail', `not a usable picture: ${reason}`, { cause });
}
