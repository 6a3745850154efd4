/**
 * Says what is wrong with a video's key as the name of a folder; null when it is safe. Keys come
 * from data files and become paths, so none may lead out of the frames folder.
 */
export function faultOfFolderName(key: string): string | null {
  if (key.trim() === '') return 'is empty';
  if (key === '.' || key === '..') return 'leads to another folder';
  if (/[/\\]/.test(key)) return 'contains a path separator';
  // oxlint-disable-next-line no-control-regex -- NUL and line breaks are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(key)) return 'contains a control character';
  if (/^[A-Za-z]:/.test(key)) return 'begins with a drive letter';
  if (/\p{Surrogate}/u.test(key)) return 'contains half a character';
  if (new TextEncoder().encode(key).length > 255) return 'is longer than 255 bytes';
  return null;
}
