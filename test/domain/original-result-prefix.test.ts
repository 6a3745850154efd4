import { describe, expect, it } from 'vitest';
import { originalResultPrefix } from '../../domain/original-result-prefix.ts';

describe('originalResultPrefix', () => {
  it('D29: is the original’s for every model name that it could write', () => {
    expect(originalResultPrefix('qwen/qwen2.5-vl-72b', 'data/video_info.meta.jsonl', 8)).toBe(
      'qwen_qwen2.5-vl-72b_video_info.meta_image_retrieval_8frames',
    );
  });

  it.each(['a:b', 'a\\b', 'a*b?', 'a\u0000b', '..', '.hidden', 'a\nb'])(
    'D29: makes the model name %j safe in a file name',
    (model) => {
      const prefix = originalResultPrefix(model, 'items.json', 8);

      expect(prefix).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]*_items_image_retrieval_8frames$/);
    },
  );

  it('D29: does not let two models with unsafe names share a file', () => {
    const names = ['a:b', 'a*b', 'a?b'].map((model) => originalResultPrefix(model, 'i.json', 8));

    expect(new Set(names).size).toBe(3);
  });

  it('D29: keeps the name of a very long model within the limits of file systems', () => {
    const prefix = originalResultPrefix('m'.repeat(400), 'items.json', 8);

    expect(`${prefix}_results.json`.length).toBeLessThan(255);
  });
});
