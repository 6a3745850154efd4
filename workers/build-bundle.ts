import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflows } from './run-workers.ts';

/** `npm run build` ends here: workers then start without bundling. */
const { code } = await bundleWorkflows();
await writeFile(fileURLToPath(new URL('../workflow-bundle.js', import.meta.url)), code);
