import { EnvironmentError } from '../../domain/errors/usage-error.ts';

/** The programs that read videos, found and tried once. */
export type VideoTools = {
  readonly ffmpeg: string;
  readonly ffprobe: string;
  /** As ffmpeg states it, `5.1.9-0+deb12u1`. */
  readonly version: string;
  /** 501 for 5.1; builds from a development branch have no number and count as the newest. */
  readonly release: number;
};

const oldestRelease = 403;
const newestRelease = 9999;

/**
 * Finds ffmpeg and ffprobe: `VIDEOQA_FFMPEG` and `VIDEOQA_FFPROBE`, else the ones on PATH.
 *
 * @throws {EnvironmentError} when one is missing, does not start, or is older than 4.3
 */
export async function findVideoTools(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<VideoTools> {
  const ffmpeg = environment['VIDEOQA_FFMPEG'] || 'ffmpeg';
  const ffprobe = environment['VIDEOQA_FFPROBE'] || 'ffprobe';
  const [version] = await Promise.all([
    versionOf(ffmpeg, 'ffmpeg', 'VIDEOQA_FFMPEG'),
    versionOf(ffprobe, 'ffprobe', 'VIDEOQA_FFPROBE'),
  ]);
  const release = releaseOf(version);
  if (release < oldestRelease)
    throw new EnvironmentError(
      `${ffmpeg} is version ${version}; 4.3 or newer is needed. ${advice}`,
    );
  return { ffmpeg, ffprobe, version, release };
}

let found: Promise<VideoTools> | undefined;

/**
 * `findVideoTools` with this process's environment, once: programs that are missing are looked for
 * again the next time.
 */
export function videoTools(): Promise<VideoTools> {
  found ??= findVideoTools();
  found.catch(() => (found = undefined));
  return found;
}

const advice =
  'Install ffmpeg (Debian and Ubuntu: apt-get install ffmpeg; macOS: brew install ffmpeg), or set VIDEOQA_FFMPEG and VIDEOQA_FFPROBE to the two programs.';

async function versionOf(path: string, name: string, variable: string): Promise<string> {
  const { execa } = await import('execa');
  const { stdout, failed } = await execa(path, ['-hide_banner', '-version'], {
    reject: false,
    stdin: 'ignore',
    timeout: 20_000,
    maxBuffer: 1_000_000,
  });
  const version = new RegExp(`^${name} version (\\S+)`).exec(stdout ?? '')?.[1];
  if (!failed && version !== undefined) return version;
  throw new EnvironmentError(
    `Videos cannot be read: ${path} (${variable}) is not there or is not ${name}. ${advice}`,
  );
}

function releaseOf(version: string): number {
  const [, major, minor] = /^n?(\d+)\.(\d+)/.exec(version) ?? [];
  return major === undefined ? newestRelease : Number(major) * 100 + Number(minor);
}
