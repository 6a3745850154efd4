import { z } from 'zod';
import { badEnvelope, type Envelope, openEnvelope } from './envelope.ts';
import { classifyFailure } from '../errors/error-table.ts';
import type { WireReply } from './model-call.ts';
import type { Provider } from '../run-spec.ts';
import type { CallUsage } from '../stores/call-store.ts';

/** Where the picture is: in the reply, or at an address that expires. */
export type PictureReply =
  | { readonly kind: 'base64'; readonly data: string }
  | { readonly kind: 'url'; readonly url: string };

/** Base64 of a picture of 25 MB. */
const longestBase64 = Math.ceil((25 * 1024 * 1024) / 3) * 4;

const pictureSchema = z.object({
  url: z
    .url({ protocol: /^https?$/ })
    .nullish()
    .catch(null),
  b64_json: z.string().nullish().catch(null),
  error: z
    .object({ code: z.string().nullish().catch(null) })
    .nullish()
    .catch(null),
});
const imageSchema = z.object({ data: z.array(pictureSchema).min(1) });
const usageSchema = z.object({ usage: z.object({ generated_images: z.number().min(0) }) });
const tokens = z.number().min(0);
/** OpenAI's: without the details of what goes out, all of it are pictures. */
const tokensSchema = z.object({
  usage: z.object({
    input_tokens: tokens,
    output_tokens: tokens,
    input_tokens_details: z.object({ image_tokens: tokens }),
    output_tokens_details: z.object({ image_tokens: tokens }).nullish().catch(null),
  }),
});
const madeSchema = z.object({ data: z.array(z.unknown()) });

/** Opens a reply of Ark's `/images/generations` or OpenAI's `/images/edits`, which share their shape. */
export function readImageEnvelope(provider: Provider, reply: WireReply): Envelope<PictureReply> {
  const { json, problem } = openEnvelope(provider, reply);
  const usage = readUsage(json);
  if (problem !== null) return { ok: false, failure: problem, usage };
  const picture = imageSchema.safeParse(json).data?.data[0];
  const refuse = (held: string) =>
    ({ ok: false, failure: badEnvelope(provider, held), usage }) as const;
  if (picture === undefined || usage === null) return refuse('no picture');
  if (picture.error) {
    // A group can fail picture by picture inside a success.
    const bodyText = JSON.stringify({ error: picture.error });
    const signal = { provider, status: 400, headers: {}, bodyText, transport: null } as const;
    return { ok: false, failure: classifyFailure(signal), usage: { ...usage, images: 0 } };
  }
  if (picture.b64_json) {
    const { b64_json: data } = picture;
    if (data.length > longestBase64) return refuse('a picture of more than 25 MB');
    return holdsPicture(data)
      ? { ok: true, value: { kind: 'base64', data }, usage }
      : refuse('bytes that are no picture');
  }
  if (picture.url) return { ok: true, value: { kind: 'url', url: picture.url }, usage };
  return refuse('no picture');
}

/**
 * The first bytes of JPEG, PNG and WebP files in base64. Checked here, because a reply that is
 * accepted is never asked for again.
 */
function holdsPicture(base64: string): boolean {
  return /^(\/9j\/|iVBORw0KGgo|UklGR)/.test(base64);
}

/** Pictures that are paid for, as the provider counts them, else as many as came; and their tokens. */
function readUsage(json: unknown): CallUsage | null {
  const counted = usageSchema.safeParse(json).data?.usage.generated_images;
  const images = counted ?? madeSchema.safeParse(json).data?.data.length ?? null;
  if (images === null) return null;
  const used = tokensSchema.safeParse(json).data?.usage;
  if (used === undefined) return { promptTokens: null, completionTokens: null, images };
  const { input_tokens: promptTokens, output_tokens: completionTokens } = used;
  const prompt = used.input_tokens_details.image_tokens;
  const completion = used.output_tokens_details?.image_tokens ?? completionTokens;
  return { promptTokens, completionTokens, images, imageTokens: { prompt, completion } };
}
