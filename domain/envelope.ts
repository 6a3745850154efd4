import type { WireReply } from './model-call.ts';
import { classifyFailure, type ClassifiedFailure } from './error-table.ts';
import type { Provider } from './run-spec.ts';
import type { CallUsage } from './stores/call-store.ts';
import { utf8Text } from './utf8-text.ts';

/** What a reply's envelope came to: a value, or why there is none. Usage counts either way. */
export type Envelope<Value> =
  | { readonly ok: true; readonly value: Value; readonly usage: CallUsage }
  | { readonly ok: false; readonly failure: ClassifiedFailure; readonly usage: CallUsage | null };

/** The reply as JSON, if its status, its content type and its body say that it is one. */
export function openEnvelope(
  provider: Provider,
  reply: WireReply,
): { readonly json: unknown } | { readonly failure: ClassifiedFailure } {
  const bodyText = utf8Text(reply.body);
  const isError = (json: unknown): boolean =>
    typeof json === 'object' &&
    json !== null &&
    (('error' in json && json.error != null) || ('object' in json && json.object === 'error'));
  if (reply.status < 200 || reply.status >= 300) {
    const { status, headers } = reply;
    return { failure: classifyFailure({ provider, status, headers, bodyText, transport: null }) };
  }
  try {
    const json: unknown = JSON.parse(bodyText);
    return isError(json) ? { failure: badEnvelope(provider, 'an error object') } : { json };
  } catch {
    return { failure: badEnvelope(provider, 'no JSON') };
  }
}

/** Status 200 is not success: the envelope must hold what was asked for. */
export function badEnvelope(provider: Provider, held: string): ClassifiedFailure {
  return {
    class: 'bad_envelope',
    action: 'retry',
    maxRetries: 2,
    message: `${provider} replied with status 200 and ${held}`,
  };
}
