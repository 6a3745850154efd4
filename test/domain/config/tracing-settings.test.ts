import { expect, it } from 'vitest';
import { readTracingSettings } from '../../../domain/config/tracing-settings.ts';
import { UsageError } from '../../../domain/errors/usage-error.ts';

it('is off, also where other programs have set an endpoint', () => {
  expect(readTracingSettings({})).toBeNull();
  expect(readTracingSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' })).toBeNull();
});

it('sends one trace in a hundred where an endpoint is named', () => {
  const endpoint = 'http://127.0.0.1:4318';
  expect(readTracingSettings({ VIDEOQA_OTLP_ENDPOINT: endpoint })).toEqual({
    endpoint,
    share: 0.01,
  });
});

it("goes by OpenTelemetry's own variables where it is switched on", () => {
  const settings = readTracingSettings({ VIDEOQA_TRACING: 'on', VIDEOQA_TRACE_SHARE: '1' });
  expect(settings).toEqual({ endpoint: null, share: 1 });
});

it.each([
  [{ VIDEOQA_TRACING: 'yes' }, 'VIDEOQA_TRACING'],
  [{ VIDEOQA_OTLP_ENDPOINT: 'collector:4318' }, 'VIDEOQA_OTLP_ENDPOINT'],
  [{ VIDEOQA_TRACING: 'on', VIDEOQA_TRACE_SHARE: '1 %' }, 'VIDEOQA_TRACE_SHARE'],
])('refuses %j', (environment, name) => {
  expect(() => readTracingSettings(environment)).toThrow(UsageError);
  expect(() => readTracingSettings(environment)).toThrow(name);
});
