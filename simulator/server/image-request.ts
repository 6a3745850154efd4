import { z } from 'zod';
import { decodeDataUri } from './data-uri.ts';
import { invalidRequest } from './refused-request.ts';
import { sha256Hex } from './seeded-draws.ts';
import type { JsonValue } from './seeded-draws.ts';

/** What a request for pictures comes down to, in whichever protocol it came. */
export type ImageRequest = {
  readonly model: string;
  readonly prompt: string;
  /** The picture to edit; null asks for one from nothing. Of several, the first is edited. */
  readonly reference: Buffer | null;
  /** `WxH`, `1K`, `2K`, `4K`, or `auto` for the reference's own size. */
  readonly size: string;
  readonly count: number;
  readonly responseFormat: 'url' | 'b64_json';
};

const sizeSchema = z
  .string()
  .regex(/^(auto|[124]K|\d{2,4}x\d{2,4})$/i, 'size must be auto, 1K, 2K, 4K or WxH');
const formatSchema = z.enum(['url', 'b64_json']);

const arkBodySchema = z.object({
  model: z.string().min(1),
  prompt: z.string().min(1),
  image: z.union([z.string(), z.array(z.string()).min(1)]).optional(),
  size: sizeSchema.default('auto'),
  response_format: formatSchema.default('url'),
  sequential_image_generation: z.enum(['disabled', 'auto']).default('disabled'),
  stream: z.literal(false).optional(),
  watermark: z.boolean().default(true),
});

/** Reads the JSON body of Ark's `/images/generations`; throws `RefusedRequest`. */
export function readArkImageRequest(body: unknown): ImageRequest {
  const { model, prompt, image, size, response_format } = accept(arkBodySchema.safeParse(body));
  const first = Array.isArray(image) ? image[0] : image;
  const reference = first === undefined ? null : decodeDataUri(first);
  return { model, prompt, reference, size, count: 1, responseFormat: response_format };
}

const editFieldsSchema = z.object({
  model: z.string().min(1),
  prompt: z.string().min(1),
  size: sizeSchema.default('auto'),
  n: z.coerce.number().pipe(z.int().min(1).max(10)).default(1),
  response_format: formatSchema.default('b64_json'),
});

/** Reads the form of OpenAI's `/images/edits`; throws `RefusedRequest`. */
export async function readEditRequest(form: FormData): Promise<ImageRequest> {
  const fields = accept(editFieldsSchema.safeParse(Object.fromEntries(form)));
  const images = [...form.getAll('image'), ...form.getAll('image[]')];
  const file = images.find((value) => typeof value !== 'string');
  if (file === undefined)
    throw invalidRequest('The form has no image', 'missing_required_parameter');
  return {
    model: fields.model,
    prompt: fields.prompt,
    reference: Buffer.from(await file.arrayBuffer()),
    size: fields.size,
    count: fields.n,
    responseFormat: fields.response_format,
  };
}

/** A form as JSON, files by their hash, so that the random boundary between parts does not count. */
export async function formAsJson(form: FormData): Promise<JsonValue> {
  const parts: JsonValue[] = [];
  for (const [name, value] of form) {
    const content =
      typeof value === 'string' ? value : sha256Hex(Buffer.from(await value.arrayBuffer()));
    parts.push([name, content]);
  }
  return parts;
}

function accept<Fields>(parsed: z.ZodSafeParseResult<Fields>): Fields {
  if (parsed.success) return parsed.data;
  throw invalidRequest(
    `Invalid image request: ${z.prettifyError(parsed.error)}`,
    'InvalidParameter',
  );
}
