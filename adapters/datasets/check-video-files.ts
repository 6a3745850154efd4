import type { MediaSpec } from '../../domain/run-spec.ts';
import { StepError } from '../../domain/step-error.ts';
import { findVideo } from '../video/find-video.ts';
import { findVideoTools } from '../video/video-tools.ts';
import type { Problem } from './problem.ts';

/**
 * Looks for the file of every video, and for the times of its frames where these are given.
 *
 * @throws {EnvironmentError} when ffmpeg is missing
 */
export async function checkVideoFiles(
  { folder, extract }: Extract<MediaSpec['media'], { kind: 'videos' }>,
  videoIds: readonly string[],
): Promise<Problem[]> {
  await findVideoTools();
  const problems: Problem[] = [];
  for (const videoId of videoIds) {
    try {
      await findVideo(folder, videoId);
    } catch (error) {
      if (!(error instanceof StepError)) throw error;
      problems.push(about(folder, error.message, 'Put the file there, or leave out its items'));
    }
    if ('times' in extract && !Object.hasOwn(extract.times, videoId)) {
      const what = `no times of frames are given for video ${videoId}`;
      problems.push(about(folder, what, 'Add them to the file that dataset.extract.times names'));
    }
  }
  return problems;
}

const about = (file: string, what: string, fix: string): Problem => ({
  file,
  line: null,
  record: null,
  what,
  fix,
});
