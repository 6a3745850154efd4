import type { JsonValue } from './seeded-draws.ts';

/** Which provider's error bodies a path imitates. */
export type Dialect = 'openai' | 'ark';

/** What a refusal says; fields as OpenAI and Ark name them. */
export type Refusal = {
  readonly status: 400 | 401 | 404 | 413 | 429 | 500;
  readonly type: string;
  readonly code: string | null;
  readonly message: string;
  readonly retryAfterS?: number;
};

/** A request that the simulated provider turns away. Refusals are never billed. */
export class RefusedRequest extends Error {
  override readonly name = 'RefusedRequest';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** A request the model cannot take, as a 400. */
export function invalidRequest(message: string, code: string | null = null): RefusedRequest {
  return new RefusedRequest({ status: 400, type: 'invalid_request_error', code, message });
}

/** The JSON body of a refusal. Ark always has a code; OpenAI leaves it null where it has none. */
export function refusalBody(refusal: Refusal, dialect: Dialect): JsonValue {
  const { type, code, message } = refusal;
  if (dialect === 'openai') return { error: { message, type, param: null, code } };
  return { error: { code: code ?? 'InvalidParameter', message, param: '', type: 'BadRequest' } };
}
