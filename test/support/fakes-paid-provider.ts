import type { WireReply } from '../../domain/calls/model-call.ts';
import { TransportError, type TransportKind } from '../../domain/errors/transport-error.ts';

/** What one request may cost at most, and what a billed one costs, in US dollars. */
export const prices = { most: 0.01, billed: 0.004 };

/** What the provider does with one request, and whether it bills it. */
export type Behaviour = { readonly isBilled: boolean; readonly reply: () => Promise<WireReply> };

/** A provider that does as it is told, request by request, and keeps the only true bill. */
export function fakePaidProvider() {
  const planned: Behaviour[] = [];
  const arrived: string[] = [];
  let bill = 0;
  return {
    /** Client request ids, in the order of arrival. */
    arrived,
    bill: () => bill,
    next: (...behaviours: Behaviour[]) => void planned.push(...behaviours),
    async send(_: AbortSignal, clientRequestId: string): Promise<WireReply> {
      arrived.push(clientRequestId);
      const { isBilled, reply } = planned.shift() ?? answers('a surprise');
      if (isBilled) bill += prices.billed;
      return reply();
    },
  };
}

export function answers(text: string, usage: object | null = usageFigures): Behaviour {
  const choices = [{ finish_reason: 'stop', message: { content: text } }];
  return billed({ model: 'looker', choices, usage });
}

/** A billed reply with status 200, whatever it holds. */
export function billed(body: unknown): Behaviour {
  return { isBilled: true, reply: async () => wireReply(200, body) };
}

export function refuses(
  status: number,
  code: string | null = null,
  headers: Readonly<Record<string, string>> = {},
): Behaviour {
  return {
    isBilled: false,
    reply: async () => wireReply(status, { error: { code, message: 'no' } }, headers),
  };
}

/** No whole reply comes; what had arrived is billed. */
export function breaks(
  kind: TransportKind,
  isBilled = kind === 'cut' || kind === 'timeout',
): Behaviour {
  return {
    isBilled,
    reply: () => Promise.reject(new TransportError(kind, undefined)),
  };
}

/** The process ends while the request is under way: nothing after `send` ever runs. */
export function processDies(isBilled = true): Behaviour {
  return { isBilled, reply: () => Promise.reject(new Error('the process is gone')) };
}

/** 2,000 tokens in and 1,000 out: `prices.billed` at 1 and 2 dollars a million. */
export const usageFigures = { prompt_tokens: 2000, completion_tokens: 1000 };

export function wireReply(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): WireReply {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: new TextEncoder().encode(text),
  };
}
