import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type WorkflowBundleOption } from '@temporalio/worker';

const isSource = import.meta.url.endsWith('.ts');

/** Where `npm run build` puts the bundle. */
export const builtBundlePath = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));

/** The bundle that the build made, or one made now when running from source. */
export async function workflowBundle(): Promise<WorkflowBundleOption> {
  if (!isSource && existsSync(builtBundlePath)) return { codePath: builtBundlePath };
  return bundleWorkflows();
}

/** Bundles the workflows for the sandbox. */
export function bundleWorkflows(): ReturnType<typeof bundleWorkflowCode> {
  const entry = new URL(`../workflows/index.${isSource ? 'ts' : 'js'}`, import.meta.url);
  const quiet = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, log() {} };
  return bundleWorkflowCode({ workflowsPath: fileURLToPath(entry), logger: quiet });
}
