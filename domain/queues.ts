/** All workflows and the short activities on the database. */
export const orchestrationQueue = 'videoqa';
/** Cutting frames out of videos. */
export const mediaQueue = 'media';

/** Turns a model id into the part of a queue name: lower case, everything outside a-z0-9. becomes `-`. */
export function modelSlug(modelId: string): string {
  return modelId.toLowerCase().replace(/[^a-z0-9.]/g, '-');
}

/** Plan and answer calls of one paid account. */
export const modelQueue = (account: string): string => `model-${account}`;
/** Picture generation of one paid account. */
export const imageQueue = (account: string): string => `image-${account}`;
/** Retrieval queries of one embedding model; polled by embedding workers alone. */
export const embedQueue = (modelId: string): string => `embed-${modelSlug(modelId)}`;
/** Indexing of whole videos with one embedding model; polled by the same workers with few slots. */
export const indexQueue = (modelId: string): string => `index-${modelSlug(modelId)}`;
