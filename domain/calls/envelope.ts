import { type ClassifiedFailure, classifyFailure } from '../errors/error-table.ts';
import type { WireReply } from './model-call.ts';
import type { Provider } from '../run-spec.ts';
import type { CallUsage } from '../stores/call-store.ts';
import { utf8Text } from '../text/utf8-text.ts';

/**
 * What a reply's envelope came to: a value, or why there is none. Usage counts either way; null
 * when the reply gave no figure.
 */
export type Envelope<Value> =
  | { readonly ok: true; readonly value: Value; readonly usage: CallUsage }
  | { readonly ok: false; readonly failure: ClassifiedFailure; readonly usage: CallUsage | null };

/** The JSON of a reply with status 200, with what speaks against taking it as a success. */
export type OpenedReply =
  | { readonly json: unknown; readonly problem: ClassifiedFailure | null }
  | { readonly json: null; readonly problem: ClassifiedFailure };

/** The reply as JSON, if its status, its content type and its body say that it is one. */
export function openEnvelope(provider: Provider, reply: WireReply): OpenedReply {
  const { status, headers, body } = reply;
  const bodyText = utf8Text(body);
  if (status !== 200) {
    const signal = { provider, status, headers, bodyText, transport: null };
    return { json: null, problem: classifyFailure(signal) };
  }
  const contentType = headers['content-type'] ?? 'application/json';
  if (!/\bjson\b/i.test(contentType)) {
    const type = /^[\w.+/-]{1,60}/.exec(contentType)?.[0] ?? 'another type';
    return { json: null, problem: badEnvelope(provider, `content of type ${type}`) };
  }
  try {
    const json: unknown = JSON.parse(bodyText);
    return { json, problem: isError(json) ? badEnvelope(provider, 'an error object') : null };
  } catch {
    return { json: null, problem: badEnvelope(provider, 'no valid JSON') };
  }
}

function isError(json: unknown): boolean {
  if (typeof json !== 'object' || json === null) return false;
  const hasError = 'error' in json && json.error !== null && json.error !== undefined;
  return hasError || ('object' in json && json.object === 'error');
}

/** Status 200 is not success: the envelope must hold what was asked for. */
export function badEnvelope(provider: Provider, held: string): ClassifiedFailure {
  return {
    row: 22,
    class: 'bad_envelope',
    action: 'retry',
    maxRetries: 2,
    pause: { when: 'in-a-row', items: 3 },
    message: `${provider} replied with status 200 and ${held}`,
  };
}
