import type { ImageModelSpec, Provider } from '../run-spec.ts';

type Size = { readonly width: number; readonly height: number };

/** Sizes of about one megapixel that Ark's models offer. */
const arkOneK = sizes('1024x1024 1152x864 864x1152 1280x720 720x1280 1248x832 832x1248 1512x648');
/** Later Seedream models offer nothing below 2K. */
const arkTwoK = sizes(
  '2048x2048 2304x1728 1728x2304 2560x1440 1440x2560 2496x1664 1664x2496 3024x1296',
);
const openAi = sizes('1024x1024 1536x1024 1024x1536');
/** Providers that serve OpenAI's own image models. */
const ownOpenAi: readonly Provider[] = ['openai', 'azure'];

/**
 * The size to ask for: as configured, or for `auto` the offered size whose aspect ratio is nearest
 * to the reference frame's, so that a wide frame is not answered with a square.
 *
 * @param model  what decides which sizes are offered; without it, those of about one megapixel
 */
export function pictureSize(
  configured: string,
  reference: Size,
  model?: Pick<ImageModelSpec, 'wire' | 'model' | 'provider'>,
): string {
  if (configured !== 'auto') return configured;
  const wanted = Math.log(reference.width / reference.height);
  const distance = ({ width, height }: Size) => Math.abs(Math.log(width / height) - wanted);
  const best = offeredBy(model).reduce((nearest, size) =>
    distance(size) < distance(nearest) ? size : nearest,
  );
  return `${best.width}x${best.height}`;
}

function offeredBy(model: Parameters<typeof pictureSize>[2]): readonly Size[] {
  if (model?.wire === 'openai' && ownOpenAi.includes(model.provider)) return openAi;
  return /seedream-(4[-.]5|[5-9])/i.test(model?.model ?? '') ? arkTwoK : arkOneK;
}

function sizes(list: string): readonly Size[] {
  return list.split(' ').map((size) => {
    const [width = 1, height = 1] = size.split('x').map(Number);
    return { width, height };
  });
}
