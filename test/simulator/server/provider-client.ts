import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBill } from '../../../simulator/server/bill.ts';
import type { BillEntry } from '../../../simulator/server/bill.ts';
import type { ProviderSettingsInput } from '../../../simulator/server/provider-settings.ts';
import { startSimulatedProvider } from '../../../simulator/server/start-simulated-provider.ts';

export type BillReply = Record<
  'requests' | 'billed' | 'images' | 'costUsd' | 'duplicates' | 'concurrentPeak' | 'promptTokens',
  number
>;

export type ChatReply = {
  readonly choices: readonly {
    readonly finish_reason: string;
    readonly message: { readonly content: string };
  }[];
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number };
};

/** Starts a provider on a new bill and offers short ways to talk to it over real HTTP. */
export async function openProvider(settings: Partial<ProviderSettingsInput> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'simulated-provider-'));
  const billFile = join(folder, 'bill.jsonl');
  const start = () => startSimulatedProvider({ billFile, seed: 7, ...settings });
  let provider = await start();
  const post = (path: string, body: unknown, options: RequestInit = {}) =>
    fetch(`${provider.url}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      ...options,
      headers: {
        'content-type': 'application/json',
        authorization: 'Bearer any',
        ...(options.headers as Record<string, string> | undefined),
      },
    });
  return {
    billFile,
    post,
    url: () => provider.url,
    chat: (body: unknown, options?: RequestInit) => post('/v1/chat/completions', body, options),
    ark: (body: unknown) => post('/api/v3/images/generations', body),
    control: (body: unknown) => post('/control', body),
    get: (path: string) => fetch(`${provider.url}${path}`),
    bill: async () => (await (await fetch(`${provider.url}/bill`)).json()) as BillReply,
    async entries(): Promise<BillEntry[]> {
      const lines: BillEntry[] = [];
      for await (const entry of readBill(billFile)) lines.push(entry);
      return lines;
    },
    async restart() {
      await provider.close();
      provider = await start();
    },
    stop: () => provider.close(),
    async dispose() {
      await provider.close().catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export type OpenProvider = Awaited<ReturnType<typeof openProvider>>;

export function dataUri(jpeg: Buffer): string {
  return `data:image/jpeg;base64,${jpeg.toString('base64')}`;
}

/** A planning request in the form the product sends. */
export function planningRequest(
  question: string,
  frames: readonly { readonly frameId: number; readonly jpeg: Buffer }[],
) {
  const instruction =
    'Reply with [{"reference_image_id": 1, "prompt": "..."}]. Ask for one picture and at most 4.';
  return {
    model: 'simulated-vlm',
    messages: [
      { role: 'system', content: instruction },
      {
        role: 'user',
        content: [
          ...frames.flatMap(({ frameId, jpeg }) => [
            { type: 'text', text: `This is Frame ID: ${frameId}` },
            { type: 'image_url', image_url: { url: dataUri(jpeg) } },
          ]),
          { type: 'text', text: `Question: ${question}` },
        ],
      },
    ],
  };
}

/** An answering request in the form the product sends. */
export function answeringRequest(question: string, frames: readonly Buffer[], extra = {}) {
  return {
    model: 'simulated-vlm',
    max_tokens: 4096,
    messages: [
      {
        role: 'user',
        content: [
          ...frames.map((jpeg) => ({ type: 'image_url', image_url: { url: dataUri(jpeg) } })),
          { type: 'text', text: `Question: ${question}` },
          { type: 'text', text: 'End with {"answer": "A"}, with the letter of your option.' },
        ],
      },
    ],
    ...extra,
  };
}

/** A request without pictures; `text` makes it another one. */
export function plainRequest(text: string) {
  return { model: 'simulated-vlm', messages: [{ role: 'user', content: text }] };
}

/** The first fenced JSON block of a reply. */
export function fencedJson(reply: ChatReply): unknown {
  const block = /```json\n([\s\S]*?)\n```/.exec(reply.choices[0]?.message.content ?? '');
  return JSON.parse(block?.[1] ?? 'null');
}
