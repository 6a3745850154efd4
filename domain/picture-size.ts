type Size = { readonly width: number; readonly height: number };

/** Sizes of about one megapixel that image models commonly offer. */
const offered: readonly Size[] = [
  [1024, 1024],
  [1152, 864],
  [864, 1152],
  [1280, 720],
  [720, 1280],
  [1248, 832],
  [832, 1248],
  [1512, 648],
].map(([width, height]) => ({ width: width!, height: height! }));

/**
 * The size to ask for: as configured, or for `auto` the offered size whose aspect ratio is nearest
 * to the reference frame's, so that a wide frame is not answered with a square.
 */
export function pictureSize(configured: string, reference: Size): string {
  if (configured !== 'auto') return configured;
  const wanted = Math.log(reference.width / reference.height);
  const distance = ({ width, height }: Size) => Math.abs(Math.log(width / height) - wanted);
  const best = offered.reduce((nearest, size) => (distance(size) < distance(nearest) ? size : nearest));
  return `${best.width}x${best.height}`;
}
