import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DeviceUse, readDeviceUse } from './device-use.ts';

/** A place for the runtime's profile of a first run. */
export type DeviceProfile = {
  /** To be given to the runtime. */
  readonly filePrefix: string;
  /** After profiling has ended. */
  read(): Promise<DeviceUse>;
  /** Removes what was written. */
  discard(): Promise<void>;
};

export async function openDeviceProfile(): Promise<DeviceProfile> {
  const folder = await mkdtemp(join(tmpdir(), 'videoqa-profile-'));
  return {
    filePrefix: join(folder, 'run'),
    read: async () => {
      const [name] = await readdir(folder);
      if (name === undefined) throw new Error(`the runtime wrote no profile to ${folder}`);
      return readDeviceUse(await readFile(join(folder, name), 'utf8'));
    },
    discard: () => rm(folder, { recursive: true, force: true }),
  };
}
