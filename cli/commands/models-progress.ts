import type { PullProgress } from '../../adapters/hub/pull-model.ts';

/** Says which file is under way: at its beginning, at each tenth of a large one, and at its end. */
export function createPullProgress(
  print: (text: string) => void,
): (progress: PullProgress) => void {
  let current: { file: string; tenth: number } | null = null;
  return ({ file, bytes, totalBytes }) => {
    if (totalBytes === null) {
      if (current?.file !== file) print(file);
      current = { file, tenth: 0 };
      return;
    }
    if (totalBytes < largeBytes && bytes < totalBytes) return;
    const tenth = Math.floor((bytes / totalBytes) * 10);
    if (current?.file === file && current.tenth >= tenth) return;
    current = { file, tenth };
    print(`${file}  ${tenth * 10}% of ${readable(totalBytes)}`);
  };
}

const largeBytes = 1_000_000;

function readable(bytes: number): string {
  return bytes < largeBytes ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
