/** The platform's decoder: in Node and browsers alike, though not in this folder's type libraries. */
declare const TextDecoder: new (
  label: 'utf-8',
  options: { readonly fatal: boolean },
) => { decode(bytes: Uint8Array): string };

/** Bytes as text. With `fatal`, bytes that are not UTF-8 are an error instead of replacement signs. */
export function utf8Text(bytes: Uint8Array, options = { fatal: false }): string {
  return new TextDecoder('utf-8', options).decode(bytes);
}
