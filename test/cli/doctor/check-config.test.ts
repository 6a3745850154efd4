import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkConfigFile } from '../../../cli/doctor/check-config.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'videoqa-doctor-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function configFile(text: string): Promise<string> {
  const file = join(folder, 'run.yaml');
  await writeFile(file, text);
  return file;
}

const imagined = `
name: sample
dataset: { format: lvbench, path: meta.jsonl, frames: frames/ }
models:
  answer: { provider: openai-compatible, baseUrl: "http://127.0.0.1:9/v1", model: vlm, apiKeyEnv: LAB_KEY }
  image: { provider: ark, model: painter }
  embedding: { model: tiny, path: models/tiny }
strategy: { name: imagined-keyframes }
`;

it('looks for every key that the configuration names, and never shows one', async () => {
  const { findings } = await checkConfigFile(await configFile(imagined), {
    LAB_KEY: 'secret-of-the-lab',
  });

  const keys = findings.filter(({ check }) => check === 'key');
  expect(keys.map(({ ok }) => ok)).toEqual([true, false]);
  expect(keys[1]).toMatchObject({
    detail: 'ARK_API_KEY is not set',
    fix: 'export ARK_API_KEY=<key>',
  });
  expect(JSON.stringify(findings)).not.toContain('secret-of-the-lab');
});

it('says which embedding model the strategy needs', async () => {
  const needs = await checkConfigFile(await configFile(imagined), {});
  expect(needs.embedding).toMatchObject({ model: 'tiny', path: join(folder, 'models/tiny') });
});

it('needs no embedding model for a strategy that embeds nothing', async () => {
  const text = imagined.replace('imagined-keyframes', 'uniform');
  const needs = await checkConfigFile(await configFile(text), {});
  expect(needs.embedding).toBeNull();
});

it('reports a configuration with a mistake as a failed check', async () => {
  const text = imagined.replace('strategy:', 'stratgy:');
  const { findings, embedding } = await checkConfigFile(await configFile(text), {});

  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({ check: 'configuration', ok: false });
  expect(findings[0]?.detail).toContain('stratgy');
  expect(embedding).toBeNull();
});

it('looks for ffmpeg where frames are cut out of videos, and only there', async () => {
  const videos = imagined.replace('frames: frames/', 'videos: v/, extract: { perSecond: 1 }');

  const cutting = await checkConfigFile(await configFile(videos), {});
  const reading = await checkConfigFile(await configFile(imagined), {});

  expect(cutting.findings.map(({ check }) => check)).toContain('ffmpeg');
  expect(reading.findings.map(({ check }) => check)).not.toContain('ffmpeg');
});
