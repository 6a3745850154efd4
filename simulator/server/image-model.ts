import sharp from 'sharp';
import type { RgbPicture } from '../vision/find-regions.ts';
import { UnreadablePicture, decodePicture } from '../vision/picture-reader.ts';
import { imagineFrame } from '../world/imagine.ts';
import { findObjects } from '../world/vocabulary.ts';
import type { ImageRequest } from './image-request.ts';
import { paintHint } from './paint-hint.ts';
import { invalidRequest } from './refused-request.ts';
import { drawInteger } from './seeded-draws.ts';

/** A picture the model made. */
export type MadePicture = {
  readonly jpeg: Buffer;
  readonly width: number;
  readonly height: number;
};

/** Longer side at which pictures are worked on before they get the size that was asked for. */
const workingEdge = 640;

const jpegQuality = 88;

/** Sides of the square whose area `1K`, `2K` and `4K` stand for; the reference's proportions stay. */
const areaEdges: Readonly<Record<string, number>> = { '1K': 1024, '2K': 2048, '4K': 4096 };

/**
 * Edits the reference picture into what the prompt names. Objects of the synthetic world are
 * painted into it; for any other prompt the reference comes back visibly changed. Knows only the
 * request: a pure function of (request, seed), where `draw` stands for both.
 */
export async function makePictures(request: ImageRequest, draw: string): Promise<MadePicture[]> {
  const reference = await readReference(request, draw);
  const objects = findObjects(request.prompt).slice(0, 4);
  const size = pictureSize(request.size, reference);
  const made: MadePicture[] = [];
  for (let index = 0; index < request.count; index += 1) {
    const seed = `${draw}/${index}`;
    const { width, height } = reference;
    const pixels =
      objects.length > 0
        ? imagineFrame(reference.pixels, width, height, objects, seed)
        : paintHint(imagineFrame(reference.pixels, width, height, [], seed), width, height, seed);
    const jpeg = await sharp(pixels, { raw: { width, height, channels: 3 } })
      .resize({ ...size, fit: 'fill' })
      .jpeg({ quality: jpegQuality })
      .toBuffer();
    made.push({ jpeg, ...size });
  }
  return made;
}

type Reference = RgbPicture & { readonly fullWidth: number; readonly fullHeight: number };

async function readReference(request: ImageRequest, draw: string): Promise<Reference> {
  if (request.reference === null) return blankReference(draw);
  try {
    return await decodePicture(request.reference, workingEdge);
  } catch (error) {
    if (!(error instanceof UnreadablePicture)) throw error;
    throw invalidRequest('The reference picture cannot be decoded', 'InvalidParameter.Image');
  }
}

/** A plain dawn to paint on where no reference was sent. */
function blankReference(draw: string): Reference {
  const [width, height] = [320, 180];
  const warmth = drawInteger(draw, 'dawn') % 60;
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const depth = Math.floor(at / (3 * width)) / height;
    return ([150 + warmth, 160, 210 - warmth][at % 3] ?? 0) * (1 - 0.4 * depth);
  });
  return { pixels, width, height, fullWidth: width, fullHeight: height };
}

function pictureSize(size: string, reference: Reference): { width: number; height: number } {
  const { fullWidth, fullHeight } = reference;
  const exact = /^(\d+)x(\d+)$/i.exec(size);
  if (exact !== null) return checkedSize(Number(exact[1]), Number(exact[2]));
  const edge = areaEdges[size.toUpperCase()];
  if (edge === undefined) return { width: fullWidth, height: fullHeight };
  const proportion = Math.sqrt(fullWidth / fullHeight);
  return { width: Math.round(edge * proportion), height: Math.round(edge / proportion) };
}

function checkedSize(width: number, height: number): { width: number; height: number } {
  if (Math.min(width, height) >= 16 && Math.max(width, height) <= 4096) return { width, height };
  throw invalidRequest(`A picture cannot be ${width}x${height}; sides go from 16 to 4096`);
}
