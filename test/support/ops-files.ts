import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';

const folder = new URL('../../examples/ops/', import.meta.url);

const dashboardSchema = z.object({
  title: z.string(),
  panels: z.array(
    z.object({
      id: z.int(),
      title: z.string().min(1),
      targets: z.array(z.object({ expr: z.string().min(1) })).min(1),
    }),
  ),
});
const alertsSchema = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string().regex(/^Videoqa[A-Z]/),
          expr: z.string(),
          for: z.string().optional(),
          labels: z.object({ severity: z.enum(['page', 'warning']) }),
          annotations: z.strictObject({ summary: z.string(), runbook: z.string() }),
        }),
      ),
    }),
  ),
});

export async function readDashboard(): Promise<z.infer<typeof dashboardSchema>> {
  return dashboardSchema.parse(JSON.parse(await readOpsFile('dashboard.json')));
}

export async function readAlerts() {
  const { groups } = alertsSchema.parse(parse(await readOpsFile('alerts.yaml')));
  return groups.flatMap(({ rules }) => rules);
}

export function readOpsFile(name: string): Promise<string> {
  return readFile(new URL(name, folder), 'utf8');
}

/** Names of the metrics in the dashboard and the alerts; of a histogram, its own name. */
export async function metricsAskedFor(): Promise<string[]> {
  const { panels } = await readDashboard();
  const expressions = [
    ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...(await readAlerts()).map(({ expr }) => expr),
  ];
  const names = expressions.flatMap((text) => text.match(/\b(videoqa|temporal)_\w+/g) ?? []);
  return [...new Set(names.map((name) => name.replace(/_(bucket|sum|count)$/, '')))].toSorted();
}
