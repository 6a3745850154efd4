import { canonicalJson, sha256Hex } from '../../simulator/server/seeded-draws.ts';
import { openWireServer } from './wire-server.ts';

/** A chat request as it went by. */
export type RecordedChat = {
  readonly maxTokens: number;
  readonly system: string | null;
  /** In order: texts as they are, pictures as their bytes. */
  readonly parts: readonly (string | Buffer)[];
  /** By which the provider's bill names it. */
  readonly requestHash: string;
};

type ChatBody = {
  readonly max_tokens: number;
  readonly messages: readonly {
    readonly role: string;
    readonly content:
      | string
      | readonly {
          readonly type: string;
          readonly text?: string;
          readonly image_url?: { readonly url: string };
        }[];
  }[];
};

/** Stands between the product and a provider, and keeps every chat request that goes by. */
export async function openRecordingProxy(providerUrl: string) {
  const forwarded = new Set(['authorization', 'content-type', 'x-client-request-id']);
  const server = await openWireServer((request, response) => {
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(([name]) => forwarded.has(name)),
    ) as Record<string, string>;
    const { method, path, body } = request;
    const forward = async (): Promise<void> => {
      const reply = await fetch(`${providerUrl}${path}`, {
        method,
        headers,
        ...(body.length > 0 && { body: new Uint8Array(body) }),
      });
      response.writeHead(reply.status, {
        'content-type': reply.headers.get('content-type') ?? 'application/json',
      });
      response.end(Buffer.from(await reply.arrayBuffer()));
    };
    forward().catch(() => response.destroy());
  });
  return {
    url: server.url,
    chats: (): RecordedChat[] =>
      server.received.filter(({ path }) => path.endsWith('/chat/completions')).map(readChat),
    close: () => server.close(),
  };
}

function readChat({ body }: { readonly body: Buffer }): RecordedChat {
  const value = JSON.parse(body.toString('utf8')) as ChatBody;
  const contentOf = (role: string) => value.messages.find((message) => message.role === role);
  const system = contentOf('system')?.content;
  const content = contentOf('user')?.content ?? [];
  return {
    maxTokens: value.max_tokens,
    system: typeof system === 'string' ? system : null,
    parts: (typeof content === 'string' ? [] : content).map(
      ({ text, image_url }) => text ?? Buffer.from(image_url?.url.split(',')[1] ?? '', 'base64'),
    ),
    requestHash: sha256Hex(`chat\n${canonicalJson(value)}`),
  };
}
