import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ModelFolder } from '../../adapters/embedding/model-folder/model-folder.ts';

/** The runtime's npm package alone, in a process that is idle between rounds. */
export type PackageAlone = {
  /** Seconds for so many pictures, one after the other. */
  round(pictures: number): Promise<number>;
  close(): void;
};

/** On the CPU; call it from compiled code. */
export function openPackageAlone({ modelPath, recipe }: ModelFolder): PackageAlone {
  const script = fileURLToPath(new URL('package-alone.js', import.meta.url));
  const child = spawn(process.execPath, [script, modelPath, `${recipe.width}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    round: async (pictures) => {
      child.stdin.write(`${pictures}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${script} ended with code ${child.exitCode}`);
      return Number(value);
    },
    close: () => child.stdin.end(),
  };
}
