import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createPaidCall, type PaidRequest } from '../../activities/paid-call.ts';
import { sendChat } from '../../adapters/models/send-chat.ts';
import { sendImageEdit } from '../../adapters/models/send-image-edit.ts';
import { readChatEnvelope } from '../../domain/calls/chat-envelope.ts';
import { answerPrompt } from '../../domain/prompts/answer-prompt.ts';
import { sha256Hex } from '../../domain/hashing.ts';
import { readImageEnvelope } from '../../domain/calls/image-envelope.ts';
import { chatPrice, imagePrice, mostChatPrice } from '../../domain/money/pricing.ts';
import { StepError } from '../../domain/errors/step-error.ts';
import type { FaultKind } from '../../simulator/server/provider-settings.ts';
import { openProvider } from '../simulator/server/provider-client.ts';
import { createFakeCallStore } from '../support/fakes-call-store.ts';
import { chatModel, imageModel } from '../support/model-specs.ts';
import { createLoneLimiter } from '../support/memory-accounts.ts';

const items = 40;
const noStop = () => Promise.resolve();

let picture: { sha256: string; mediaType: string; bytes: Uint8Array };
beforeAll(async () => {
  const create = { width: 64, height: 36, channels: 3, background: '#204080' } as const;
  const bytes = new Uint8Array(await sharp({ create }).jpeg().toBuffer());
  picture = { bytes, mediaType: 'image/jpeg', sha256: sha256Hex(bytes) };
});

type Opened = Awaited<ReturnType<typeof openProvider>>;
let provider: Opened;
afterEach(() => provider.dispose());

async function openWorld(kinds: readonly FaultKind[]) {
  provider = await openProvider({ faults: { rate: 0.5, kinds: [...kinds], hangMs: 20 } });
  const fake = createFakeCallStore();
  const paidCall = createPaidCall({
    calls: fake.store,
    admission: () => Promise.resolve({ admission: 'open', stop: null }),
    acquire: createLoneLimiter().acquire,
    stopRun: noStop,
    processId: 'p1',
    now: Date.now,
  });
  return { ...fake, paidCall };
}

type World = Awaited<ReturnType<typeof openWorld>>;

/** Asks until the call ends one way or the other, without the waits in between. */
async function toTheEnd<Value>({ paidCall }: World, request: PaidRequest<Value>) {
  for (;;) {
    const end = await paidCall(request).catch((error: unknown) => error);
    if (!(end instanceof StepError)) return end;
    if (end.action === 'fail' || end.action === 'stop') return end;
    await sleep(1);
  }
}

function ask(world: World, item: number) {
  const model = chatModel({
    provider: 'simulated',
    baseUrl: `${provider.url()}/v1`,
    maxAttempts: 5,
  });
  const options = [
    { letter: 'A', text: 'red' },
    { letter: 'B', text: 'blue' },
  ];
  const request = answerPrompt({
    item: { question: `Which colour is shape ${item}?`, options },
    videos: [[{ ...picture, frameId: 0, timeSeconds: null }]],
    prompt: {},
  });
  return toTheEnd(world, {
    owner: { runId: 'r', itemId: `${item}`, sample: 0, drive: 1, step: 'answer', part: 0 },
    model,
    callKey: `chat-${item}`,
    activityId: 'a',
    mostUsd: mostChatPrice(model, request),
    expectedTokens: 100,
    send: (signal, clientRequestId) =>
      sendChat({
        model,
        apiKey: 'any',
        request,
        media: [picture],
        seed: null,
        signal,
        clientRequestId,
      }),
    read: (reply) => readChatEnvelope('simulated', reply),
    price: (usage) => chatPrice(model.price, usage),
  });
}

function draw(world: World, item: number) {
  const model = imageModel({
    provider: 'simulated',
    wire: item % 2 === 0 ? 'ark' : 'openai',
    baseUrl: `${provider.url()}/v1`,
    maxAttempts: 5,
  });
  const { sha256, mediaType } = picture;
  const reference = { type: 'image', sha256, mediaType } as const;
  const request = { prompt: `a red circle, ${item}`, reference, size: '128x72' };
  return toTheEnd(world, {
    owner: { runId: 'r', itemId: `${item}`, sample: 0, drive: 1, step: 'generate', part: 0 },
    model,
    callKey: `image-${item}`,
    activityId: 'a',
    mostUsd: imagePrice(model.price, { promptTokens: null, completionTokens: null, images: 1 }),
    expectedTokens: 0,
    send: (signal, clientRequestId) =>
      sendImageEdit({
        model,
        apiKey: 'any',
        request,
        reference: picture,
        seed: null,
        signal,
        clientRequestId,
      }),
    read: (reply) => readImageEnvelope('simulated', reply),
    price: (usage) => imagePrice(model.price, usage),
  });
}

async function runAll(world: World) {
  const numbers = Array.from({ length: items }, (_, item) => item);
  const ends = await Promise.all(numbers.flatMap((item) => [ask(world, item), draw(world, item)]));
  for (const end of ends) if (end instanceof Error && !(end instanceof StepError)) throw end;
  return ends.filter((end) => !(end instanceof Error)).length;
}

describe("the ledger beside the provider's own bill", () => {
  it('D27: is equal when every reply has a usage figure', async () => {
    const kinds = [
      'rate_limit',
      'server_error',
      'length',
      'content_filter',
      'bad_request',
    ] as const;
    const world = await openWorld(kinds);

    const succeeded = await runAll(world);

    const [bill, ledger] = [await provider.bill(), await world.store.ledger('r')];
    expect(succeeded).toBeGreaterThan(items / 2);
    expect(ledger.settledUsd).toBeCloseTo(bill.costUsd, 9);
    expect(ledger.openIntents).toEqual([]);
    expect(ledger.calls).toBe(bill.requests);
  });

  it('lies within settled and settled + open when calls hang, break off or come back as a page', async () => {
    const world = await openWorld(['hang', 'malformed', 'server_error']);

    await runAll(world);

    const [bill, ledger] = [await provider.bill(), await world.store.ledger('r')];
    expect(ledger.openIntents.length).toBeGreaterThan(0);
    expect(ledger.settledUsd).toBeLessThanOrEqual(bill.costUsd + 1e-9);
    expect(bill.costUsd).toBeLessThanOrEqual(ledger.settledUsd + ledger.openUsd + 1e-9);
    expect(ledger.calls).toBe(bill.requests);
  });

  it('D10: pays nothing for what was paid before', async () => {
    const world = await openWorld(['server_error']);
    const succeeded = await runAll(world);
    const before = await provider.bill();

    expect(await runAll(world)).toBe(succeeded);

    expect((await provider.bill()).costUsd).toBe(before.costUsd);
  });

  it("ties each line of the bill to the ledger's record by the name of the request", async () => {
    const world = await openWorld(['server_error']);
    await runAll(world);

    const names = (await provider.entries()).map(({ clientRequestId }) => clientRequestId);
    expect(new Set(names)).toEqual(
      new Set(world.records.map(({ callKey, n }) => `${callKey}-${n}`)),
    );
    expect(names).toHaveLength(world.records.length);
  });
});
