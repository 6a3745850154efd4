import { cutFrames } from '../adapters/video/cut-frames.ts';
import { findVideoTools, type VideoTools } from '../adapters/video/video-tools.ts';
import type { ExtractDependencies } from '../activities/extract-frames.ts';

/**
 * Cuts frames with this machine's ffmpeg, which is looked for at the first video.
 *
 * `cutterVersion` rises when the frames of a video would be chosen or encoded differently; another
 * release of ffmpeg does not change it, since frames that were cut once are kept.
 */
export function createVideoCutter(
  environment: NodeJS.ProcessEnv,
): Pick<ExtractDependencies, 'cutFrames' | 'cutterVersion'> {
  let tools: Promise<VideoTools> | undefined;
  return {
    cutterVersion: 'jpeg-q2-1',
    async *cutFrames(request) {
      tools ??= findVideoTools(environment);
      // Not kept when it fails: ffmpeg may be installed while the worker runs.
      tools.catch(() => (tools = undefined));
      yield* cutFrames({ ...request, tools: await tools });
    },
  };
}
