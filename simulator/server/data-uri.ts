import { invalidRequest } from './refused-request.ts';

/** The bytes of a base64 data URI; links are refused, for this provider fetches nothing. */
export function decodeDataUri(uri: string): Buffer {
  const match = /^data:image\/[a-z0-9.+-]+;base64,/i.exec(uri);
  if (match === null) {
    throw invalidRequest(
      'Pictures must be sent as data:image/...;base64 URIs; the simulated provider fetches no links',
      'invalid_image_url',
    );
  }
  return Buffer.from(uri.slice(match[0].length), 'base64');
}
