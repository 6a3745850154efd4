import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { createMetricRegistry } from '../../adapters/telemetry/metric-registry.ts';
import { countingObserver } from '../../workers/telemetry/product-metrics.ts';
import {
  readAccountMetrics,
  readEmbeddingMetrics,
  readProcessMetrics,
  readRunMetrics,
} from '../../workers/telemetry/read-metrics.ts';
import { metricsAskedFor, readAlerts, readDashboard, readOpsFile } from '../support/ops-files.ts';

function exportedNames(): string[] {
  const registry = createMetricRegistry();
  countingObserver(registry);
  readRunMetrics(registry, {
    runs: { openDrives: async () => [], counts: refuse, get: async () => null },
    calls: { ledger: refuse },
  });
  readAccountMetrics(registry, { status: async () => [] });
  readEmbeddingMetrics(registry, async () => []);
  readProcessMetrics(registry).stop();
  return registry.names();
}
const refuse = () => Promise.reject(new Error('no run is known'));

it('asks for no metric that the product does not export', async () => {
  const exported = exportedNames();
  const ours = (await metricsAskedFor()).filter((name) => name.startsWith('videoqa_'));

  expect(ours.filter((name) => !exported.includes(name))).toEqual([]);
});

it('shows every metric that the product exports, or warns of it', async () => {
  const asked = await metricsAskedFor();
  const told = await readFile(new URL('../../docs/monitoring.md', import.meta.url), 'utf8');
  // Counts over all time, whose rates say no more than others that are shown.
  const left = ['videoqa_images_total', 'videoqa_embedding_batch_size'];

  expect(
    exportedNames()
      .filter((name) => !asked.includes(name))
      .toSorted(),
  ).toEqual(left.toSorted());
  for (const name of exportedNames()) {
    const suffix = name.replace(/^videoqa_embedding/, '');
    expect(told.includes(`\`${name}\``) || told.includes(`\`${suffix}\``), name).toBe(true);
  }
});

it('gives each panel an id and a title of its own', async () => {
  const { panels } = await readDashboard();

  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
});

it('leads every alert to a part of the operating page that exists', async () => {
  const page = await readFile(new URL('../../docs/operating.md', import.meta.url), 'utf8');
  const anchors = [...page.matchAll(/^##+ (.+)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replaceAll(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  );
  const alerts = await readAlerts();

  expect(alerts).toHaveLength(8);
  for (const { annotations } of alerts) {
    const [file, anchor] = annotations.runbook.split('#');
    expect(file).toBe('docs/operating.md');
    expect(anchors).toContain(anchor);
  }
});

const brackets = [
  { open: '(', close: ')' },
  { open: '{', close: '}' },
  { open: '[', close: ']' },
];

it('balances the brackets of every expression', async () => {
  const { panels } = await readDashboard();
  const expressions = [
    ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...(await readAlerts()).map(({ expr }) => expr),
  ];

  for (const expression of expressions) {
    for (const { open, close } of brackets) {
      expect(expression.split(open).length, expression).toBe(expression.split(close).length);
    }
  }
});

it('mounts only files that are there into the containers that watch', async () => {
  const text = await readFile(new URL('../../docker-compose.yml', import.meta.url), 'utf8');
  const { services } = parse(text, { merge: true }) as {
    services: Record<string, { profiles?: string[]; volumes?: string[]; environment?: object }>;
  };
  const watching = Object.values(services).filter(({ profiles }) => profiles?.includes('obs'));
  const mounted = watching.flatMap(({ volumes = [] }) =>
    volumes.flatMap((volume) => /^\.\/examples\/ops\/([^:]+):/.exec(volume)?.[1] ?? []),
  );

  expect(mounted.length).toBeGreaterThanOrEqual(5);
  await Promise.all(mounted.map(readOpsFile));
  const { scrape_configs: jobs } = parse(await readOpsFile('prometheus.yaml')) as {
    scrape_configs: { static_configs: { targets: string[] }[] }[];
  };
  expect(jobs[0]?.static_configs[0]?.targets).toEqual(['worker:9464']);
  expect(services['worker']?.environment).toMatchObject({ VIDEOQA_METRICS: '0.0.0.0:9464' });
});
