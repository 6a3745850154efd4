/** A picture in a request: named by content, so that requests can be compared and keyed. */
export type ImagePart = {
  readonly type: 'image';
  readonly sha256: string;
  readonly mediaType: string;
};
export type TextPart = { readonly type: 'text'; readonly text: string };

/** One turn of a chat about pictures. `assistantTurn` and `repair` make the second turn of a repair call. */
export type ChatRequest = {
  readonly system: string | null;
  readonly parts: readonly (TextPart | ImagePart)[];
  readonly repair: { readonly reply: string; readonly complaint: string } | null;
};

export type ImageEditRequest = {
  readonly prompt: string;
  readonly reference: ImagePart;
  /** `WxH` or a provider's word, already resolved from `auto`. */
  readonly size: string;
};

/** The request with other pictures in place of its own, by the hashes of those they replace. */
export function withPictures(
  request: ChatRequest,
  replaced: ReadonlyMap<string, Pick<ImagePart, 'sha256' | 'mediaType'>>,
): ChatRequest {
  const parts = request.parts.map((part) => {
    const picture = part.type === 'image' ? replaced.get(part.sha256) : undefined;
    if (picture === undefined) return part;
    const { sha256, mediaType } = picture;
    return { type: 'image', sha256, mediaType } as const;
  });
  return { ...request, parts };
}

/** What came back over the wire, untouched. Header names in lower case. */
export type WireReply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
};
