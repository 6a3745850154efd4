import { writeFile } from 'node:fs/promises';
import { builtBundlePath, bundleWorkflows, failureStyles } from './workflow-bundle.ts';

/**
 * The sandbox takes a stack trace of every promise that a workflow makes and looks each frame up in
 * the source map, in case somebody asks where the workflow waits. Failures of items carry no stack
 * anyway, and a bundle made from source still has them all.
 */
const withoutStacks = 'Error.stackTraceLimit = 0;\n';

// The last step of `npm run build`: workers then start without bundling.
for (const failures of failureStyles) {
  const { code } = await bundleWorkflows(failures);
  await writeFile(builtBundlePath(failures), withoutStacks + code);
}
