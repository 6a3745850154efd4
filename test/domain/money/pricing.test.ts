import { describe, expect, it } from 'vitest';
import {
  chatPrice,
  imagePrice,
  mostChatPrice,
  mostImagePrice,
} from '../../../domain/money/pricing.ts';

const price = { inputPerM: 0.4, outputPerM: 1.2 };
const tokens = (promptTokens: number | null, completionTokens: number | null) => ({
  promptTokens,
  completionTokens,
  images: null,
});

describe('D27: prices', () => {
  it('counts tokens of both kinds per million', () => {
    expect(chatPrice(price, tokens(1_000_000, 500_000))).toBeCloseTo(1.0, 12);
  });

  it('is unknown without a price or without figures, and never 0', () => {
    expect(chatPrice(null, tokens(1, 1))).toBeNull();
    expect(chatPrice(price, tokens(null, 1))).toBeNull();
    expect(chatPrice(price, tokens(1, null))).toBeNull();
    expect(imagePrice(null, { ...tokens(null, null), images: 1 })).toBeNull();
  });

  it('counts pictures, one where the provider counts none', () => {
    expect(imagePrice({ image: 0.03 }, { ...tokens(null, null), images: 2 })).toBeCloseTo(0.06, 12);
    expect(imagePrice({ image: 0.03 }, tokens(null, null))).toBe(0.03);
    expect(imagePrice({ image: 0.03 }, { ...tokens(null, null), images: 0 })).toBe(0);
  });

  const byTokens = { inputPerM: 5, imageInputPerM: 8, outputPerM: 10, imageOutputPerM: 32 };

  it('counts text and pictures apart where they are priced by tokens', () => {
    const imageTokens = { prompt: 400_000, completion: 900_000 };
    const usage = { ...tokens(500_000, 1_000_000), images: 1, imageTokens };

    expect(imagePrice(byTokens, usage)).toBeCloseTo(0.5 + 3.2 + 1 + 28.8, 12);
    expect(imagePrice(byTokens, { ...tokens(1, 1), images: 1 })).toBeNull();
  });

  it('reserves more than a picture of high quality can cost', () => {
    const most = (size: string) => mostImagePrice(byTokens, { promptBytes: 500, size }) ?? 0;
    const used = { prompt: 6240, completion: 6240 };
    const usage = { ...tokens(6240 + 500, 6240), images: 1, imageTokens: used };

    expect(most('1536x1024')).toBeGreaterThan(imagePrice(byTokens, usage) ?? Infinity);
    expect(most('auto')).toBe(most('1024x1024'));
    expect(most('3840x2160')).toBeGreaterThan(4 * most('1536x1024'));
    expect(mostImagePrice({ image: 0.03 }, { promptBytes: 500, size: '2K' })).toBe(0.03);
    expect(mostImagePrice(null, { promptBytes: 500, size: 'auto' })).toBeNull();
  });

  it('reserves more than a call with pictures and a full reply can cost', () => {
    const request = {
      system: 'system',
      parts: [
        { type: 'text', text: 'Question: who?' },
        { type: 'image', sha256: 'aa', mediaType: 'image/jpeg' },
      ],
      repair: { reply: 'a'.repeat(1000), complaint: 'no' },
    } as const;

    const most = mostChatPrice({ price, maxTokens: 4096 }, request);

    expect(most).toBeGreaterThan(chatPrice(price, tokens(2691 + 300, 4096)) ?? Infinity);
    expect(mostChatPrice({ price: null, maxTokens: 4096 }, request)).toBeNull();
  });

  it.each(['plain words', 'größer', 'မင်္ဂလာပါ', '𠀋𡈽', '👩‍👩‍👧'])(
    'reserves a token for every byte of %s',
    (question) => {
      const most = (text: string) =>
        mostChatPrice(
          { price: { inputPerM: 1e6, outputPerM: 0 }, maxTokens: 1 },
          { system: null, parts: [{ type: 'text', text }], repair: null },
        ) ?? 0;

      expect(most(question) - most('')).toBe(new TextEncoder().encode(question).length);
    },
  );
});
