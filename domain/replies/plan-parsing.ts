import { z } from 'zod';
import { type JsonBlock, jsonBlocks } from './json-blocks.ts';
import type { PlannedImage } from '../row.ts';

export type Plan = {
  readonly planned: readonly PlannedImage[];
  /** Entries beyond the limit. */
  readonly dropped: number;
  /** How the JSON was found; `+id-as-text` when a frame id came as a string of digits. */
  readonly rule: string;
};

const frameIdSchema = z.union(
  [
    z.int(),
    z
      .string()
      .regex(/^\s*-?\d{1,9}\s*$/)
      .transform(Number),
  ],
  { error: 'must be the number of a frame' },
);
const entrySchema = z.object({
  reference_image_id: frameIdSchema,
  prompt: z.string({ error: 'must be a text' }).trim().min(1, 'must not be empty'),
});

/**
 * Reads a plan from the first valid JSON list of a reply. Strict before any spend: every entry that
 * is kept has a frame id and a prompt. An id that was not shown is replaced by the nearest one that
 * was (the lower of two), and both are recorded; entries beyond `maxImageRequests` are counted.
 *
 * @param limits.sampledFrameIds  ids of the frames that were shown, at least one
 * @returns the plan, or what is wrong with the reply in words a model can act on
 */
export function parsePlan(
  reply: string,
  limits: { readonly sampledFrameIds: readonly number[]; readonly maxImageRequests: number },
): Plan | { readonly complaint: string } {
  const blocks = jsonBlocks(reply);
  const block = blocks.find(holdsPlan);
  if (block === undefined) {
    return {
      complaint: blocks.length === 0 ? 'it holds no valid JSON' : 'the JSON is not an array',
    };
  }
  const entries = block.value as readonly unknown[];
  if (entries.length === 0) return { complaint: 'the array is empty' };
  const kept = entries.slice(0, limits.maxImageRequests);
  const parsed = z.array(entrySchema).safeParse(kept);
  if (!parsed.success) return { complaint: complaintOf(parsed.error) };
  return {
    planned: parsed.data.map(({ reference_image_id: asked, prompt }) => ({
      asked_frame_id: asked,
      used_frame_id: nearest(asked, limits.sampledFrameIds),
      prompt,
    })),
    dropped: entries.length - kept.length,
    rule: kept.some(hasIdAsText) ? `${block.rule}+id-as-text` : block.rule,
  };
}

/** In prose, `[12]` is a citation: only a list of objects is a plan there. */
function holdsPlan({ rule, value }: JsonBlock): boolean {
  if (!Array.isArray(value)) return false;
  return rule !== 'bare' || (typeof value[0] === 'object' && value[0] !== null);
}

function hasIdAsText(entry: unknown): boolean {
  return typeof (entry as { reference_image_id?: unknown }).reference_image_id === 'string';
}

function complaintOf(error: z.ZodError): string {
  const [issue] = error.issues;
  const [index, field] = issue?.path ?? [];
  const place = `entry ${Number(index) + 1} of the array`;
  if (field === undefined) return `${place} is not an object`;
  return `${place}: ${String(field)} ${issue?.message ?? 'is invalid'}`;
}

function nearest(asked: number, shown: readonly number[]): number {
  if (shown.length === 0) throw new RangeError('a plan needs at least one frame that was shown');
  return shown.reduce((best, id) => {
    const closer = Math.abs(id - asked) - Math.abs(best - asked);
    return closer < 0 || (closer === 0 && id < best) ? id : best;
  });
}
