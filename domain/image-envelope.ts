import { z } from 'zod';
import { classifyFailure } from './error-table.ts';
import { badEnvelope, type Envelope, openEnvelope } from './envelope.ts';
import type { WireReply } from './model-call.ts';
import type { Provider } from './run-spec.ts';

/** Where the picture is: in the reply, or at an address that expires. */
export type PictureReply =
  | { readonly kind: 'base64'; readonly data: string }
  | { readonly kind: 'url'; readonly url: string };

const imageSchema = z.object({
  data: z
    .array(
      z.object({
        url: z.string().nullish(),
        b64_json: z.string().nullish(),
        error: z.object({ code: z.string().nullish() }).nullish().catch(null),
      }),
    )
    .min(1),
  usage: z.object({ generated_images: z.number().nullish().catch(null) }).nullish().catch(null),
});

/** Opens a reply of Ark's `/images/generations` or OpenAI's `/images/edits`, which share their shape. */
export function readImageEnvelope(provider: Provider, reply: WireReply): Envelope<PictureReply> {
  const opened = openEnvelope(provider, reply);
  if ('failure' in opened) return { ok: false, failure: opened.failure, usage: null };
  const parsed = imageSchema.safeParse(opened.json);
  if (!parsed.success) return { ok: false, failure: badEnvelope(provider, 'no picture'), usage: null };
  const [picture] = parsed.data.data;
  const images = parsed.data.usage?.generated_images ?? 1;
  const usage = { promptTokens: null, completionTokens: null, images };
  if (picture?.error) {
    // A group can fail picture by picture inside a success.
    const bodyText = JSON.stringify({ error: picture.error });
    const signal = { provider, status: 400, headers: {}, bodyText, transport: null } as const;
    return { ok: false, failure: classifyFailure(signal), usage: { ...usage, images: 0 } };
  }
  if (picture?.b64_json) return { ok: true, value: { kind: 'base64', data: picture.b64_json }, usage };
  if (picture?.url) return { ok: true, value: { kind: 'url', url: picture.url }, usage };
  return { ok: false, failure: badEnvelope(provider, 'no picture'), usage };
}
