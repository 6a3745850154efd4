import sharp from 'sharp';

/** Side of the square picture the tiny model sees, in pixels. */
export const modelInputSide = 96;

/**
 * Decodes an encoded image and resizes it as the embedding worker does: stretched to the square,
 * cubic kernel. Returns 96 x 96 x 3 bytes, rows from the top, RGB.
 */
export async function modelInput(encoded: Uint8Array): Promise<Uint8Array> {
  return sharp(encoded)
    .resize(modelInputSide, modelInputSide, { fit: 'fill', kernel: 'cubic' })
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer();
}
