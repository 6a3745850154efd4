import { createHash } from 'node:crypto';
import sharp from 'sharp';
import type { RgbPicture } from './find-regions.ts';
import { seeObjects } from './see-objects.ts';
import type { SeenObject } from './see-objects.ts';

/** What is known about a picture after looking at it once. */
export type Sight = {
  /** sha256 of the encoded bytes, in hex. */
  readonly hash: string;
  /** Size as encoded. */
  readonly width: number;
  readonly height: number;
  /** Objects in pixels of a copy whose longer side is at most `lookedAtEdge`. */
  readonly objects: readonly SeenObject[];
};

/** Looks at encoded pictures and remembers what it saw in the latest ones. */
export type PictureReader = {
  /** Throws `UnreadablePicture` when the bytes are no complete picture. */
  look(encoded: Buffer): Promise<Sight>;
};

/** Bytes that sharp cannot decode to the end. */
export class UnreadablePicture extends Error {
  override readonly name = 'UnreadablePicture';
}

/** Longer side at which pictures are looked at; larger ones are made smaller first. */
export const lookedAtEdge = 320;

/** A reader that remembers `capacity` pictures (default 20,000, some 10 MB) by their bytes' hash. */
export function createPictureReader(capacity = 20_000): PictureReader {
  const remembered = new Map<string, Promise<Sight>>();
  return {
    look(encoded) {
      const hash = createHash('sha256').update(encoded).digest('hex');
      const known = remembered.get(hash);
      if (known !== undefined) return known;
      const sight = lookAt(encoded, hash);
      remembered.set(hash, sight);
      const oldest = remembered.keys().next();
      if (remembered.size > capacity && !oldest.done) remembered.delete(oldest.value);
      return sight;
    },
  };
}

/** Decodes a picture to RGB, no side longer than `edge`, with the size it has as encoded. */
export async function decodePicture(
  encoded: Buffer,
  edge: number,
): Promise<RgbPicture & { readonly fullWidth: number; readonly fullHeight: number }> {
  try {
    const picture = sharp(encoded, { limitInputPixels: 40_000_000, failOn: 'error' });
    const { width: fullWidth, height: fullHeight } = await picture.metadata();
    const { data, info } = await picture
      .resize({ width: edge, height: edge, fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { pixels: data, width: info.width, height: info.height, fullWidth, fullHeight };
  } catch (cause) {
    throw new UnreadablePicture('The picture cannot be decoded', { cause });
  }
}

async function lookAt(encoded: Buffer, hash: string): Promise<Sight> {
  const picture = await decodePicture(encoded, lookedAtEdge);
  const { fullWidth: width, fullHeight: height } = picture;
  return { hash, width, height, objects: seeObjects(picture) };
}
