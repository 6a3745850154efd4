import { expect, it } from 'vitest';
import { environmentSettings } from '../../cli/environment-settings.ts';

it('shows what is set, of secrets only that they are', () => {
  const environment = {
    VIDEOQA_HOME: '/state',
    VIDEOQA_DATABASE_URL: 'postgres://me:pass@host/runs?sslkey=private',
    VIDEOQA_PAYLOAD_KEY: 'c2VjcmV0',
    TEMPORAL_API_KEY: 'secret-1',
    LAB_ACCESS: 'secret-2',
  };

  const settings = environmentSettings(environment, ['LAB_ACCESS', 'OTHER_KEY']);

  const text = JSON.stringify(settings);
  expect(text).not.toMatch(/secret|pass|private|c2Vj/);
  expect(settings).toContainEqual({
    setting: 'VIDEOQA_HOME',
    value: '/state',
    origin: 'environment',
  });
  expect(settings).toContainEqual({
    setting: 'VIDEOQA_DATABASE_URL',
    value: 'postgres://********@host/runs?********',
    origin: 'environment',
  });
  expect(settings).toContainEqual({ setting: 'OTHER_KEY', value: 'missing', origin: 'not set' });
});
