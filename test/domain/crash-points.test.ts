import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { armCrashPoints, crashPoint, crashPoints } from '../../domain/crash-points.ts';

const layers = ['activities', 'adapters', 'cli', 'client', 'results', 'workers'];
const sources = layers.flatMap((layer) =>
  readdirSync(layer, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(layer, file), 'utf8')),
);
const inCode = sources.flatMap((text) =>
  [...text.matchAll(/crashPoint\('([a-z-]+)'/g)].map(([, name]) => name ?? ''),
);

describe('crash points', () => {
  afterEach(() => armCrashPoints(null));

  it('are listed, and every listed one stands in the code', () => {
    expect(new Set(inCode)).toEqual(new Set(Object.keys(crashPoints)));
  });

  it('do nothing unless they are armed', () => {
    const reached: string[] = [];

    crashPoint('intent-written');
    armCrashPoints((point, about) => reached.push(`${point} ${about ?? ''}`));
    crashPoint('query-embedding', 'item-1');
    armCrashPoints(null);
    crashPoint('call-replied');

    expect(reached).toEqual(['query-embedding item-1']);
  });
});
