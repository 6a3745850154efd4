import { describe, expect, it } from 'vitest';
import { pictureSize } from '../../../domain/frames/picture-size.ts';

describe('pictureSize', () => {
  it.each([
    [{ width: 1920, height: 1080 }, '1280x720'],
    [{ width: 320, height: 180 }, '1280x720'],
    [{ width: 640, height: 480 }, '1152x864'],
    [{ width: 1080, height: 1920 }, '720x1280'],
    [{ width: 500, height: 500 }, '1024x1024'],
    [{ width: 2560, height: 1080 }, '1512x648'],
  ])('D24: asks for the aspect ratio nearest to %j', (reference, expected) => {
    expect(pictureSize('auto', reference)).toBe(expected);
  });

  it.each(['1024x1024', '1K', '2K'])('B7: asks for %s where that is configured', (configured) => {
    expect(pictureSize(configured, { width: 16, height: 9 })).toBe(configured);
  });

  it('asks each model only for what it offers', () => {
    const wide = { width: 16, height: 9 };
    const seedream = { wire: 'ark', provider: 'ark', model: 'doubao-seedream-4-5-251128' } as const;
    const openAi = { wire: 'openai', provider: 'openai', model: 'gpt-image-1' } as const;

    expect(pictureSize('auto', wide, seedream)).toBe('2560x1440');
    expect(pictureSize('auto', wide, openAi)).toBe('1536x1024');
  });
});
