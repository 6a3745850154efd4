import type { FaultKind, FaultSettings } from './provider-settings.ts';
import type { Dialect, Refusal } from './refused-request.ts';
import { drawInteger, drawOne } from './seeded-draws.ts';
import type { JsonValue } from './seeded-draws.ts';

/** What goes over the wire for a request that reached the model. */
export type WireReply = {
  readonly contentType: string;
  readonly text: string;
  /** Only the first half of `text` is sent, under the length of all of it, then the socket ends. */
  readonly isCut: boolean;
};

/** Which request a fault befalls. */
export type FaultTarget = {
  readonly kind: 'chat' | 'image';
  readonly dialect: Dialect;
  readonly requestHash: string;
  readonly arrival: number;
};

const malformedForms = ['cut-json', 'cut-body', 'error-object', 'html', 'empty'] as const;

/** The refusal a fault stands for, or null when the request reaches the model all the same. */
export function refusalFor(
  fault: FaultKind | null,
  target: FaultTarget,
  settings: FaultSettings,
): Refusal | null {
  const isArk = target.dialect === 'ark';
  switch (fault) {
    case 'rate_limit':
      return {
        status: 429,
        type: 'requests',
        code: isArk ? 'RateLimitExceeded.EndpointRPMExceeded' : 'rate_limit_exceeded',
        message: 'Simulated rate limit: too many requests',
        retryAfterS: settings.retryAfterS,
      };
    case 'server_error':
      return {
        status: 500,
        type: 'server_error',
        code: isArk ? 'InternalServiceError' : null,
        message: 'Simulated internal error',
      };
    case 'auth':
      return {
        status: 401,
        type: 'invalid_request_error',
        code: isArk ? 'AuthenticationError' : 'invalid_api_key',
        message: 'Simulated refusal of the API key',
      };
    case 'quota':
      return {
        status: 429,
        type: 'insufficient_quota',
        code: 'insufficient_quota',
        message: 'Simulated: you exceeded your current quota, check your plan and billing details',
      };
    case 'bad_request':
      return {
        status: 400,
        type: 'invalid_request_error',
        code: isArk ? 'InvalidParameter' : null,
        message: 'Simulated refusal of a parameter of this request',
      };
    case 'content_filter':
      return contentRefusal(target);
    default:
      return fault === null ? null : changeableRefusal(fault, target);
  }
}

type Words = { readonly code: string; readonly message: string };

/** What a request is refused for that may pass when it is changed. */
const changeable: Partial<Record<FaultKind, Partial<Record<Dialect, Words>>>> = {
  bad_image: {
    openai: { code: 'invalid_image', message: 'Simulated: this image cannot be read' },
    ark: { code: 'InvalidParameter.Image', message: 'Simulated: this image cannot be read' },
  },
  output_filter: {
    openai: {
      code: 'data_inspection_failed',
      message: 'Simulated: output data may contain inappropriate content',
    },
    ark: {
      code: 'OutputImageSensitiveContentDetected',
      message: 'Simulated: the generated image may contain sensitive information',
    },
  },
  context_length: {
    openai: {
      code: 'context_length_exceeded',
      message: 'Simulated: the request is longer than the context of the model',
    },
  },
};

function changeableRefusal(fault: FaultKind, { dialect }: FaultTarget): Refusal | null {
  const words = changeable[fault]?.[dialect];
  return words === undefined ? null : { status: 400, type: 'invalid_request_error', ...words };
}

/** Chat meets a filter before the model in one half of the cases and after it in the other. */
function contentRefusal({ kind, dialect, requestHash }: FaultTarget): Refusal | null {
  const isFirstForm = drawInteger('filter', requestHash) % 2 === 0;
  if (kind === 'chat' && !isFirstForm) return null;
  let code = 'content_filter';
  if (kind === 'image' && dialect === 'openai') code = 'content_policy_violation';
  if (kind === 'image' && dialect === 'ark')
    code = isFirstForm
      ? 'OutputImageSensitiveContentDetected'
      : 'InputTextSensitiveContentDetected';
  return {
    status: 400,
    type: 'invalid_request_error',
    code,
    message: 'Simulated content filter: this request was declined',
  };
}

/** The reply as sent, after the damage that a fault does to it. */
export function wireReply(
  body: JsonValue,
  fault: FaultKind | null,
  target: FaultTarget,
): WireReply {
  if (fault === 'length') return asJson(withFinishReason(body, 'length'));
  if (fault === 'content_filter') return asJson(withFinishReason(body, 'content_filter'));
  if (fault === 'malformed') return malformedReply(body, target);
  return asJson(body);
}

function asJson(body: JsonValue): WireReply {
  return { contentType: 'application/json', text: JSON.stringify(body), isCut: false };
}

function malformedReply(body: JsonValue, target: FaultTarget): WireReply {
  const whole = asJson(body);
  switch (drawOne(malformedForms, 'malformed', target.requestHash, target.arrival)) {
    case 'cut-json':
      return { ...whole, text: whole.text.slice(0, Math.floor(whole.text.length * 0.6)) };
    case 'cut-body':
      return { ...whole, isCut: true };
    case 'error-object':
      return asJson({
        error: { message: 'Simulated upstream failure', type: 'upstream', code: 502 },
      });
    case 'html':
      return {
        contentType: 'text/html; charset=utf-8',
        text: '<html><body><h1>502 Bad Gateway</h1><p>simulated gateway</p></body></html>',
        isCut: false,
      };
    default:
      return asJson({ ...asRecord(body), [target.kind === 'chat' ? 'choices' : 'data']: [] });
  }
}

/** The reply broken off after half of its text (`length`) or emptied (`content_filter`). */
function withFinishReason(body: JsonValue, reason: 'length' | 'content_filter'): JsonValue {
  const { choices } = asRecord(body);
  if (!Array.isArray(choices)) return body;
  return {
    ...asRecord(body),
    choices: choices.map((choice: JsonValue) => {
      const { content } = asRecord(asRecord(choice)['message'] ?? null);
      const text = typeof content === 'string' ? content : '';
      const kept = reason === 'length' ? text.slice(0, Math.floor(text.length / 2)) : '';
      return {
        ...asRecord(choice),
        finish_reason: reason,
        message: { role: 'assistant', content: kept },
      };
    }),
  };
}

function asRecord(value: JsonValue): { readonly [key: string]: JsonValue } {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return {};
  return value as { readonly [key: string]: JsonValue };
}
