import { readFile, realpath, statfs } from 'node:fs/promises';

/** Numbers of Linux's `statfs` for file systems on which SQLite's locks cannot be relied on. */
const networkTypes: ReadonlyMap<number, string> = new Map([
  [0x6969, 'nfs'],
  [0x517b, 'smb'],
  [0xff534d42, 'cifs'],
  [0xfe534d42, 'smb2'],
  [0x5346414f, 'afs'],
  [0x00c36400, 'ceph'],
  [0x0bd00bd0, 'lustre'],
  [0x47504653, 'gpfs'],
  [0x01021997, '9p'],
]);
const networkNames =
  /^(nfs|cifs|smb|afs|ceph|lustre|gpfs|9p|glusterfs|fuse\.(sshfs|gluster|ceph|s3|gcs|rclone|goofys))/;

/**
 * Names the network file system that a folder lies on.
 *
 * @returns null for a disk of this machine, and where the system does not say
 */
export async function networkFileSystem(folder: string): Promise<string | null> {
  const byNumber = await statfs(folder).then(
    ({ type }) => networkTypes.get(type) ?? null,
    () => null,
  );
  if (process.platform !== 'linux') return null;
  if (byNumber !== null) return byNumber;
  const mounts = await readFile('/proc/self/mounts', 'utf8').catch(() => '');
  const name = mountedAs(mounts, await realpath(folder).catch(() => folder));
  return name !== null && networkNames.test(name) ? name : null;
}

/** Type of the file system that holds a path, from the text of `/proc/self/mounts`. */
export function mountedAs(mounts: string, path: string): string | null {
  let longest = '';
  let type: string | null = null;
  for (const line of mounts.split('\n')) {
    const [, point, name] = line.split(' ');
    if (point === undefined || name === undefined) continue;
    const folder = unescapeMount(point);
    const holds = path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
    if (!holds || folder.length < longest.length) continue;
    longest = folder;
    type = name;
  }
  return type;
}

/** Blanks and backslashes of a mount point are written as octal numbers. */
function unescapeMount(point: string): string {
  return point.replace(/\\(\d{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
