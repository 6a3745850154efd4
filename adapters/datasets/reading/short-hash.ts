import { createHash } from 'node:crypto';

/** Eight digits that tell a text from others of the same video or task. */
export const shortHash = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 8);
