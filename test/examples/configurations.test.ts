import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { formatNames } from '../../adapters/datasets/load-formats.ts';
import { configSchema } from '../../domain/config/config.ts';

const examples = new URL('../../examples/', import.meta.url);
const files = readdirSync(examples, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.yaml') && !name.startsWith('ops/'),
);

it.each(files)('%s is a configuration of a format that there is', async (file) => {
  const config = configSchema.parse(parse(readFileSync(new URL(file, examples), 'utf8')));

  expect(await formatNames()).toContain(config.dataset.format);
});
