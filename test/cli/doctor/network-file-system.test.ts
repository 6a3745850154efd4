import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { mountedAs, networkFileSystem } from '../../../cli/doctor/network-file-system.ts';

const mounts = [
  'overlay / overlay rw 0 0',
  'server:/home /home nfs4 rw 0 0',
  '/dev/sda1 /home/me/disk ext4 rw 0 0',
  'host:/x /mnt/my\\040share fuse.sshfs rw 0 0',
  '',
].join('\n');

it('takes the type of the innermost mount that holds the path', () => {
  expect(mountedAs(mounts, '/home/me/state')).toBe('nfs4');
  expect(mountedAs(mounts, '/home/me/disk/state')).toBe('ext4');
  expect(mountedAs(mounts, '/srv')).toBe('overlay');
});

it('does not take a mount for one whose name only begins alike', () => {
  expect(mountedAs(mounts, '/home/me/disk2')).toBe('nfs4');
});

it('reads mount points with blanks', () => {
  expect(mountedAs(mounts, '/mnt/my share/state')).toBe('fuse.sshfs');
});

it('knows no type without mounts', () => {
  expect(mountedAs('', '/srv')).toBeNull();
});

it('finds no fault with a folder that is not there', async () => {
  expect(await networkFileSystem(`${tmpdir()}/not/there`)).toBeNull();
});
