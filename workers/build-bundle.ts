import { writeFile } from 'node:fs/promises';
import { builtBundlePath, bundleWorkflows } from './workflow-bundle.ts';

// The last step of `npm run build`: workers then start without bundling.
const { code } = await bundleWorkflows();
await writeFile(builtBundlePath, code);
