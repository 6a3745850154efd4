import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readChatEnvelope } from '../../domain/calls/chat-envelope.ts';
import type { FailureMeaning } from '../../domain/errors/error-row.ts';
import { classifyFailure, type ClassifiedFailure } from '../../domain/errors/error-table.ts';
import { readImageEnvelope } from '../../domain/calls/image-envelope.ts';
import { classifyPictureAddress } from '../../domain/frames/picture-address.ts';
import type { Provider } from '../../domain/run-spec.ts';
import { classifyStorage } from '../../domain/errors/storage-failure.ts';
import type { TransportKind } from '../../domain/errors/transport-error.ts';

/** One reply in the shape that providers send, and what it must mean. */
type Fixture = {
  readonly about: string;
  readonly kind: 'chat' | 'image' | 'address' | 'storage';
  readonly transport?: TransportKind;
  readonly status?: number | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly text?: string;
  readonly code?: string;
  readonly expect: Readonly<Record<string, unknown>>;
};

const folder = fileURLToPath(new URL('../fixtures/provider-replies', import.meta.url));
const providerOf: Readonly<Record<string, Provider>> = {
  openai: 'openai',
  azure: 'azure',
  ark: 'ark',
  dashscope: 'dashscope',
  vllm: 'openai-compatible',
  gateway: 'openai-compatible',
  transport: 'openai-compatible',
};

const fixtures = readdirSync(folder)
  .toSorted()
  .flatMap((family) =>
    readdirSync(join(folder, family))
      .toSorted()
      .map((file) => ({
        family,
        name: `${family}/${file.replace(/\.json$/, '')}`,
        fixture: JSON.parse(readFileSync(join(folder, family, file), 'utf8')) as Fixture,
      })),
  );

function meaningOf(family: string, fixture: Fixture): Record<string, unknown> {
  if (fixture.kind === 'storage') return shown(classifyStorage(fixture.code ?? ''));
  if (fixture.kind === 'address') return shown(classifyPictureAddress(fixture.status ?? 0));
  return meaningOfReply(providerOf[family]!, fixture);
}

function meaningOfReply(provider: Provider, fixture: Fixture): Record<string, unknown> {
  const { kind, status = null, transport, headers = {}, body } = fixture;
  if (transport !== undefined) {
    return shown(classifyFailure({ provider, status, headers, bodyText: null, transport }));
  }
  const bodyText = fixture.text ?? JSON.stringify(body ?? null);
  const reply = { status: status ?? 0, headers, body: new TextEncoder().encode(bodyText) };
  const read = kind === 'image' ? readImageEnvelope : readChatEnvelope;
  const envelope = read(provider, reply);
  return envelope.ok ? { usable: true } : shown(envelope.failure);
}

/** What a failure says of what to do, without its words. */
function shown(failure: FailureMeaning | ClassifiedFailure): Record<string, unknown> {
  const { row, class: failureClass, action, remedy } = failure;
  const { maxRetries, afterwards, pause, stopsWhen } = failure;
  const retryAfterMs = 'retryAfterMs' in failure ? failure.retryAfterMs : undefined;
  const named = { remedy, maxRetries, afterwards, pause: pause?.when, stopsWhen, retryAfterMs };
  const given = Object.entries(named).filter(([, value]) => value !== undefined);
  return { row, class: failureClass, action, ...Object.fromEntries(given) };
}

beforeAll(
  () => void vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-21T00:00:00Z') }),
);
afterAll(() => void vi.useRealTimers());

describe('the error table, by replies of every provider family', () => {
  it.each(fixtures)('A5: $name', ({ family, fixture }) => {
    expect(meaningOf(family, fixture)).toEqual(fixture.expect);
  });

  it('A5: covers all 29 rows with at least 90 replies of 6 families', () => {
    const rows = new Set(fixtures.map(({ fixture }) => fixture.expect['row']));
    rows.delete(undefined);

    expect([...rows].map(Number).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 29 }, (_, index) => index + 1),
    );
    const families = ['openai', 'azure', 'ark', 'dashscope', 'vllm', 'gateway'];
    const replies = fixtures.filter(({ family }) => families.includes(family));
    expect(replies.length).toBeGreaterThanOrEqual(90);
    for (const family of families) {
      expect(replies.filter((each) => each.family === family).length).toBeGreaterThanOrEqual(12);
    }
  });
});
