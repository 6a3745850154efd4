/** How lists of artifacts begin: frames that were cut out of a video. */
const listOfFrames = '{"frames":[';

/** Names of further artifacts in the content of one: only lists of frames have any. */
export function namesInside(content: Uint8Array): string[] {
  const beginning = new TextDecoder('latin1').decode(content.subarray(0, listOfFrames.length));
  if (beginning !== listOfFrames) return [];
  const text = new TextDecoder('latin1').decode(content);
  return [...text.matchAll(/"sha256":"([0-9a-f]{64})"/g)].map(([, name]) => name!);
}
