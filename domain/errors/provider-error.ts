import { z } from 'zod';

/** What an error body says, wherever the provider put it. */
export type ProviderError = {
  /** Every code and type, in lower case: the specific one first. Empty when there is none. */
  readonly codes: readonly string[];
  /** The wording. It may quote the request: for matching only, never for showing. */
  readonly text: string;
  /** The parameter that was refused, where it is named; safe to show. */
  readonly param: string | null;
};

const word = z.union([z.string(), z.number()]).transform(String).nullish().catch(null);
const errorSchema = z
  .object({
    code: word,
    type: word,
    param: word,
    message: z.string().nullish().catch(null),
    detail: z.string().nullish().catch(null),
    innererror: z.object({ code: word }).nullish().catch(null),
  })
  .catch({ code: null, type: null, param: null });

/** Reads an error body: OpenAI's and Ark's `{error: {...}}`, the flat object of vLLM and
 * DashScope, FastAPI's `detail`, and a list that holds one of them. */
export function readProviderError(bodyText: string | null): ProviderError {
  const [body] = [parsed(bodyText)].flat();
  const inner = typeof body === 'object' && body !== null && 'error' in body ? body.error : body;
  if (typeof inner === 'string') return { codes: [], text: inner, param: null };
  const { innererror, code, type, param, message, detail } = errorSchema.parse(inner);
  return {
    codes: [innererror?.code, code, type]
      .filter((name) => typeof name === 'string' && name !== '')
      .map((name) => String(name).toLowerCase()),
    text: message ?? detail ?? '',
    param: param != null && /^[\w.[\]-]{1,60}$/.test(param) ? param : null,
  };
}

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '') as unknown;
  } catch {
    return null;
  }
}
