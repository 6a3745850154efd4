import { fileURLToPath } from 'node:url';

/**
 * The path behind `file:relative/path`, `file:/absolute/path` or `file:///absolute/path`.
 *
 * @returns null when the address is of another kind or holds no path
 */
export function pathOfFileUrl(url: string): string | null {
  if (!url.startsWith('file:')) return null;
  const path = url.slice('file:'.length);
  if (!path.startsWith('//')) return path === '' ? null : path;
  try {
    return fileURLToPath(url);
  } catch {
    return null;
  }
}
