import type { WireReply } from '../../domain/calls/model-call.ts';
import { createSecretHider, hidden, spellingsOf } from './hide-secrets.ts';

/** Shorter parts of a key stand in other texts of their own accord. */
const shortestPart = 8;
const shortestKey = 12;

/** Error bodies are short; a longer body is a reply, in which single parts of a key mean nothing. */
const mostErrorBytes = 1024 * 1024;

/**
 * A reply without the key that was sent to get it: some providers and gateways quote it in an error,
 * in whole or in part, and replies are stored and exported. Pictures and answers stay as they are to
 * the byte, unless the whole key is in them.
 *
 * @param sent  the headers of the request
 */
export function forgetEchoes(reply: WireReply, sent: Headers): WireReply {
  const key = keyIn(sent);
  if (key === null) return reply;
  const hideWhole = createSecretHider([key]);
  const isError = reply.status >= 400 && reply.body.byteLength <= mostErrorBytes;
  const hide = isError ? (text: string) => hideParts(hideWhole(text), key) : hideWhole;
  const headers = Object.fromEntries(
    Object.entries(reply.headers).map(([name, value]) => [name, hide(value)]),
  );
  const body = Buffer.from(reply.body.buffer, reply.body.byteOffset, reply.body.byteLength);
  const isClean = !isError && !spellingsOf(key).some((spelling) => body.includes(spelling));
  if (isClean) return { ...reply, headers };
  const clean = Buffer.from(hide(body.toString('latin1')), 'latin1');
  return { ...reply, headers, body: new Uint8Array(clean) };
}

function keyIn(sent: Headers): string | null {
  const value = sent.get('authorization') ?? sent.get('api-key') ?? sent.get('x-api-key') ?? '';
  const key = value.replace(/^\S+\s+/, '');
  return key.length >= shortestKey ? key : null;
}

/** Hides every stretch of a key that is long enough to be one. */
function hideParts(text: string, key: string): string {
  let clean = '';
  for (let at = 0; at < text.length;) {
    let length = shortestPart;
    if (key.includes(text.slice(at, at + length)) && at + length <= text.length) {
      while (at + length < text.length && key.includes(text.slice(at, at + length + 1)))
        length += 1;
      clean += hidden;
      at += length;
    } else {
      clean += text[at];
      at += 1;
    }
  }
  return clean;
}
