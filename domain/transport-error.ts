/** A request that brought no whole reply: how the transport failed. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly kind: 'connect' | 'dns' | 'timeout' | 'cut';

  constructor(kind: TransportError['kind'], cause: unknown) {
    super(`transport: ${kind}`, { cause });
    this.kind = kind;
  }
}
