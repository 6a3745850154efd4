import { z } from 'zod';
import { jsonBlocks } from './json-blocks.ts';
import type { PlannedImage } from './row.ts';

export type Plan = {
  readonly planned: readonly PlannedImage[];
  /** Entries beyond the limit. */
  readonly dropped: number;
  /** How the JSON was found. */
  readonly rule: string;
};

const frameIdSchema = z.union([
  z.int().min(0),
  z.string().regex(/^\s*\d{1,9}\s*$/).transform(Number),
]);
const planSchema = z
  .array(z.object({ reference_image_id: frameIdSchema, prompt: z.string().trim().min(1) }))
  .min(1);

/**
 * Reads a plan from the first valid JSON block of a reply. Strict before any spend: every entry
 * has a frame id and a prompt. An id that was not shown is replaced by the nearest one that was
 * (the lower of two), and both are kept.
 *
 * @returns the plan, or what is wrong with the reply in words a model can act on
 */
export function parsePlan(
  reply: string,
  limits: { readonly sampledFrameIds: readonly number[]; readonly maxImageRequests: number },
): Plan | { readonly complaint: string } {
  const [block] = jsonBlocks(reply);
  if (block === undefined) return { complaint: 'it holds no valid JSON' };
  if (!Array.isArray(block.value)) return { complaint: 'the JSON is not an array' };
  const parsed = planSchema.safeParse(block.value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = issue?.path.join('.') ?? '';
    return { complaint: place === '' ? 'the array is empty' : `entry ${place}: ${issue?.message ?? 'invalid'}` };
  }
  const kept = parsed.data.slice(0, limits.maxImageRequests);
  return {
    planned: kept.map(({ reference_image_id: asked, prompt }) => ({
      asked_frame_id: asked,
      used_frame_id: nearest(asked, limits.sampledFrameIds),
      prompt,
    })),
    dropped: parsed.data.length - kept.length,
    rule: block.rule,
  };
}

function nearest(asked: number, shown: readonly number[]): number {
  return shown.reduce((best, id) => {
    const closer = Math.abs(id - asked) - Math.abs(best - asked);
    return closer < 0 || (closer === 0 && id < best) ? id : best;
  });
}
