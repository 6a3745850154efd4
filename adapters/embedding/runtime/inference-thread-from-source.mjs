// Node 20 cannot load TypeScript, and threads do not inherit tsx: this registers it, then goes on.
import { register } from 'tsx/esm/api';

register();
await import('./inference-thread.ts');
