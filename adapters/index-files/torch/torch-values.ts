/** What the pickle of a torch file may hold. Plain data: nothing here is ever called. */
export type TorchValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | { readonly kind: 'list'; readonly items: TorchValue[] }
  | { readonly kind: 'tuple'; readonly items: readonly TorchValue[] }
  | { readonly kind: 'dict'; readonly entries: Map<TorchValue, TorchValue> }
  | { readonly kind: 'path'; readonly windows: boolean; readonly parts: readonly string[] }
  | Opaque
  | TorchGlobal
  | TorchStorage
  | TorchTensor;

/** Sound data that embeddings and names never are, such as a sparse tensor; its content is dropped. */
export type Opaque = {
  readonly kind: 'opaque';
  /** What it is, with its article. */
  readonly what: string;
};

/** A name from the fixed list of `torch-globals.ts`, and what stands for it here. */
export type TorchGlobal = { readonly kind: 'global' } & (
  | { readonly role: 'ordered-dict' }
  | { readonly role: 'rebuild-tensor' }
  | { readonly role: 'rebuild-tensor-of-type' }
  | { readonly role: 'rebuild-parameter' }
  | { readonly role: 'rebuild-with-state' }
  | { readonly role: 'path-class'; readonly windows: boolean }
  | { readonly role: 'storage-class'; readonly dtype: string }
  | { readonly role: 'dtype'; readonly dtype: string }
  | { readonly role: 'inert'; readonly what: string }
);

/** A record of the file with the values of one or more tensors. */
export type TorchStorage = {
  readonly kind: 'storage';
  /** In a zip archive the record is `<prefix>/data/<key>`. */
  readonly key: string;
  /** Torch's name of the element type, such as "float32"; "untyped" for plain bytes. */
  readonly dtype: string;
  readonly bytes: number;
};

/** A view on a storage; offset, size and stride count elements of `dtype`. */
export type TorchTensor = {
  readonly kind: 'tensor';
  readonly storage: TorchStorage;
  readonly dtype: string;
  readonly offset: number;
  readonly size: readonly number[];
  readonly stride: readonly number[];
};

/** Whether a value is an object of this kind. */
export function isKind<Kind extends (TorchValue & object)['kind']>(
  value: TorchValue | undefined,
  kind: Kind,
): value is Extract<TorchValue & object, { kind: Kind }> {
  return typeof value === 'object' && value !== null && value.kind === kind;
}

/** What a value is, for messages: "a list", "None". */
export function describeKind(value: TorchValue): string {
  if (value === null) return 'None';
  if (isKind(value, 'opaque')) return value.what;
  if (typeof value === 'string') return 'a text';
  return typeof value === 'object' ? `a ${value.kind}` : `a ${typeof value}`;
}
