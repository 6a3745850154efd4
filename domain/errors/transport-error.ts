/**
 * How a request ended without a whole reply: `connect` = nobody was reached; `dns` = the name does
 * not exist; `tls` = the certificate is not accepted; `timeout` = the deadline passed; `cut` = the
 * connection ended after the request had begun to leave.
 */
export type TransportKind = 'connect' | 'dns' | 'tls' | 'timeout' | 'cut';

/** A request that brought no whole reply. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly kind: TransportKind;
  /** The status, when the headers had arrived. */
  readonly status: number | null;

  constructor(kind: TransportKind, cause: unknown, status: number | null = null) {
    super(`transport: ${kind}`, { cause });
    this.kind = kind;
    this.status = status;
  }

  /** Whether the request certainly never reached the provider, so that nothing was billed. */
  get reachedNobody(): boolean {
    return this.kind === 'connect' || this.kind === 'dns' || this.kind === 'tls';
  }
}
