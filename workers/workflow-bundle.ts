import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type WorkflowBundleOption } from '@temporalio/worker';
import { failureConverterPath } from './payload-encryption.ts';

const isSource = import.meta.url.endsWith('.ts');

/**
 * How failures leave the sandbox: `plain`, readable in the Temporal UI, or `sealed`, where a codec
 * encrypts their messages, too.
 */
export type FailureStyle = 'plain' | 'sealed';
export const failureStyles: readonly FailureStyle[] = ['plain', 'sealed'];

/** Where `npm run build` puts the bundles. */
export function builtBundlePath(failures: FailureStyle): string {
  const name = failures === 'plain' ? 'workflow-bundle.js' : 'workflow-bundle-sealed.js';
  return fileURLToPath(new URL(`../${name}`, import.meta.url));
}

/** The bundle that the build made, or one made now when running from source. */
export async function workflowBundle(
  failures: FailureStyle = 'plain',
): Promise<WorkflowBundleOption> {
  const codePath = builtBundlePath(failures);
  if (!isSource && existsSync(codePath)) return { codePath };
  return bundleWorkflows(failures);
}

/** Bundles the workflows for the sandbox. */
export function bundleWorkflows(
  failures: FailureStyle = 'plain',
): ReturnType<typeof bundleWorkflowCode> {
  const entry = new URL(`../workflows/index.${isSource ? 'ts' : 'js'}`, import.meta.url);
  const quiet = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, log() {} };
  return bundleWorkflowCode({
    workflowsPath: fileURLToPath(entry),
    logger: quiet,
    ...(failures === 'sealed' && { failureConverterPath }),
  });
}
