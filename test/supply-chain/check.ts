import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LockedPackage, type SupplyChain, supplyChainFaults } from './supply-chain-faults.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): unknown => JSON.parse(readFileSync(join(root, path), 'utf8'));

function licenceOf(path: string): string | null {
  try {
    const { license } = read(join(path, 'package.json')) as { license?: unknown };
    return typeof license === 'string' ? license : null;
  } catch {
    // Packages for other platforms are locked and not installed.
    return null;
  }
}

const { packages } = read('package-lock.json') as { packages: Record<string, LockedPackage> };
const faults = supplyChainFaults({
  manifest: read('package.json') as SupplyChain['manifest'],
  locked: packages,
  licenceOf,
  policy: read('test/supply-chain/policy.json') as SupplyChain['policy'],
});
for (const fault of faults) process.stderr.write(`supply chain: ${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
