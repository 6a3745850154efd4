import { searchAttributeTypes } from '../../domain/search-attributes.ts';
import { broken, type Finding, passed } from './check.ts';

/** Items that the embedded server is asked to schedule at most. */
const embeddedItems = 250_000;
const leastRetentionDays = 3;

/** As Temporal numbers the types of search attributes. */
const typeNumbers = { KEYWORD: 2, INT: 3 } as const;
const typeNames = { KEYWORD: 'Keyword', INT: 'Int' } as const;

export function judgeRetention(namespace: string, seconds: number): Finding {
  const check = 'retention';
  const days = seconds / 86_400;
  if (days >= leastRetentionDays) return passed(check, `${Math.round(days)} days`);
  const fix = `temporal operator namespace update --retention 30d ${namespace}`;
  return broken(check, `${days.toFixed(1)} days: histories go while you look for them`, fix);
}

/** @param registered  type numbers by name */
export function judgeSearchAttributes(
  namespace: string,
  registered: Readonly<Record<string, number>>,
): Finding {
  const check = 'search attributes';
  const all = Object.entries(searchAttributeTypes);
  const missing = all.filter(([name, type]) => registered[name] !== typeNumbers[type]);
  if (missing.length === 0) return passed(check, `all ${all.length}`);
  const flags = missing.map(([name, type]) => `--name ${name} --type ${typeNames[type]}`);
  const names = missing.map(([name]) => name).join(', ');
  return broken(
    check,
    `${names}: missing, or of another type`,
    `temporal operator search-attribute create --namespace ${namespace} ${flags.join(' ')}`,
  );
}

/** @param aheadMs  of the newest sign of life that the server stamped; null when there is none */
export function judgeServerClock(aheadMs: number | null): Finding {
  const check = 'server clock';
  if (aheadMs === null) return passed(check, 'nothing to compare with');
  if (aheadMs <= 5000) return passed(check, 'not ahead of this machine');
  const text = `${(aheadMs / 1000).toFixed(1)} s ahead of this machine`;
  return broken(check, text, 'timedatectl set-ntp true  # on both machines');
}

/** A run of this size wants a server with a database of its own. */
export function judgeRunSize(facts: {
  readonly items: number;
  readonly isEmbedded: boolean;
}): Finding {
  const check = 'run size';
  const { items, isEmbedded } = facts;
  if (!isEmbedded || items <= embeddedItems) return passed(check, `${items} items`);
  return broken(
    check,
    `${items} items; the embedded server is for ${embeddedItems} at most`,
    'export TEMPORAL_ADDRESS=<address of a cluster>',
  );
}

/** @param free  whether any port on 127.0.0.1 can be listened on */
export function judgePorts(free: boolean): Finding {
  const check = 'ports';
  if (free) return passed(check, '127.0.0.1 has free ones');
  return broken(check, 'none can be opened on 127.0.0.1', 'ip link set lo up');
}
