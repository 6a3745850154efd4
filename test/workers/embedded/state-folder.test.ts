import { chmod, mkdir, mkdtemp, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openStateFolder } from '../../../workers/embedded/state-folder.ts';

describe('openStateFolder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'videoqa-state-')));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
  });

  it('is .videoqa in the working directory, for its owner alone', async () => {
    const opened = await openStateFolder({}, folder);

    expect(opened.path).toBe(join(folder, '.videoqa'));
    expect(await modeOf(opened.path)).toBe(0o700);
    expect(await modeOf(opened.logsFolder)).toBe(0o700);
  });

  it('is VIDEOQA_HOME where that is set, the same folder under every spelling', async () => {
    await mkdir(join(folder, 'real'), { mode: 0o700 });
    await symlink(join(folder, 'real'), join(folder, 'link'));

    const direct = await openStateFolder({ VIDEOQA_HOME: 'real' }, folder);
    const linked = await openStateFolder({ VIDEOQA_HOME: join(folder, 'link') });

    expect(linked).toEqual(direct);
  });

  it('closes an empty folder and an old state folder to others', async () => {
    const home = join(folder, 'home');
    await mkdir(home);
    await chmod(home, 0o755);

    await openStateFolder({ VIDEOQA_HOME: home });
    expect(await modeOf(home)).toBe(0o700);

    await writeFile(join(home, 'temporal.db'), '');
    await chmod(home, 0o755);
    await openStateFolder({ VIDEOQA_HOME: home });
    expect(await modeOf(home)).toBe(0o700);
  });

  it('leaves a folder with the files of others as it is, and refuses it', async () => {
    await writeFile(join(folder, 'thesis.tex'), '');
    await chmod(folder, 0o755);

    await expect(openStateFolder({ VIDEOQA_HOME: folder })).rejects.toThrow(
      /holds other files.*export VIDEOQA_HOME=/,
    );
    expect(await modeOf(folder)).toBe(0o755);
  });

  it.each(['a#b', 'what?', '100%'])(
    'refuses the name %s, which the server would cut',
    async (name) => {
      await expect(openStateFolder({ VIDEOQA_HOME: join(folder, name) })).rejects.toMatchObject({
        name: 'EnvironmentError',
      });
    },
  );

  it('names the folder that cannot be made', async () => {
    await writeFile(join(folder, 'file'), '');
    const home = join(folder, 'file', 'state');

    await expect(openStateFolder({ VIDEOQA_HOME: home })).rejects.toThrow(
      `The state folder ${home} cannot be used`,
    );
  });
});

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777;
}
