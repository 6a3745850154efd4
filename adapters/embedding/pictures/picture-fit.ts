import { resample, type ResampleTarget, type RgbPixels } from '../../kernels/resample.ts';
import type { ResampleKernel } from '../../kernels/resample-windows.ts';

/**
 * How a picture comes to a model's size. `squash`: both axes to the size, whatever the shape
 * (SigLIP). `shortest-edge`: the shorter axis to `edge`, the other in proportion, then the model's
 * size cut from the middle (CLIP).
 */
export type PictureFit =
  { readonly kind: 'squash' } | { readonly kind: 'shortest-edge'; readonly edge: number };

type Size = { readonly width: number; readonly height: number };

/**
 * The size that a picture is resized to and the part that the model sees, as Hugging Face's
 * processors compute them: lengths and offsets are rounded down.
 *
 * @param wanted  the model's size; with `shortest-edge` neither axis may exceed the edge
 */
export function fitPicture(fit: PictureFit, source: Size, wanted: Size): ResampleTarget {
  const { width, height } = fit.kind === 'squash' ? wanted : scaleToEdge(source, fit.edge);
  return {
    width,
    height,
    part: {
      left: Math.floor((width - wanted.width) / 2),
      top: Math.floor((height - wanted.height) / 2),
      width: wanted.width,
      height: wanted.height,
    },
  };
}

/** The bytes that the model sees of a decoded picture, shape [wanted.height, wanted.width, 3]. */
export function resizeToFit(
  pixels: RgbPixels,
  wanted: Size & { readonly fit: PictureFit; readonly kernel: ResampleKernel },
): Uint8Array {
  return resample(pixels, fitPicture(wanted.fit, pixels, wanted), wanted.kernel);
}

function scaleToEdge({ width, height }: Size, edge: number): Size {
  return width <= height
    ? { width: edge, height: Math.floor((edge * height) / width) }
    : { width: Math.floor((edge * width) / height), height: edge };
}
