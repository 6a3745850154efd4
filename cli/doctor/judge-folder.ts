import { broken, type Finding, passed } from './check.ts';

const gib = 2 ** 30;
const otherDisk = 'export VIDEOQA_HOME=<folder on a larger disk>';

/** @param mode  of the state folder, as `stat` has it */
export function judgePermissions(path: string, mode: number): Finding {
  const check = 'permissions';
  const text = (mode & 0o777).toString(8).padStart(4, '0');
  if ((mode & 0o077) === 0) return passed(check, `${text}: its owner alone`);
  return broken(check, `${text}: others can read prompts and replies`, `chmod 700 '${path}'`);
}

export function judgeFreeSpace(freeBytes: number): Finding {
  const check = 'free space';
  const text = `${(freeBytes / gib).toFixed(1)} GiB`;
  return freeBytes >= gib ? passed(check, text) : broken(check, `${text}; 1 is needed`, otherDisk);
}

/** @param files.total  0 where the file system makes them as it goes */
export function judgeInodes(files: { readonly free: number; readonly total: number }): Finding {
  const check = 'free inodes';
  if (files.total === 0) return passed(check, 'this file system does not count them');
  if (files.free >= 10_000) return passed(check, String(files.free));
  return broken(check, `${files.free}; every picture and reply needs one`, otherDisk);
}

/** @param aheadMs  how far the file system's clock is ahead of this machine's */
export function judgeFileClock(aheadMs: number): Finding {
  const check = 'file system clock';
  if (Math.abs(aheadMs) <= 2000) return passed(check, 'agrees with this machine');
  const text = `${(aheadMs / 1000).toFixed(1)} s ahead of this machine`;
  return broken(check, text, 'timedatectl set-ntp true  # on both machines');
}

/** What processes that are gone left in the state folder. */
export function judgeLeftOvers(facts: {
  readonly holder: 'none' | 'alive' | 'dead';
  readonly servers: number;
  /** Databases whose first start did not complete. */
  readonly incomplete: number;
}): Finding {
  const check = 'left-overs';
  const { holder, servers, incomplete } = facts;
  if (holder !== 'alive' && servers > 0) {
    return broken(check, `${servers} Temporal servers without their process`, 'videoqa down');
  }
  if (servers > 1) {
    return broken(check, `${servers} Temporal servers on one database`, 'videoqa down');
  }
  const aside = incomplete === 0 ? '' : `; ${incomplete} incomplete databases may be removed`;
  return passed(check, `none that hold anything up${aside}`);
}

/** What SQLite says of the database. */
export function judgeDatabase(facts: {
  readonly path: string;
  /** Null when the file is too large for a look of a few seconds. */
  readonly integrity: string | null;
  readonly journalMode: string;
  readonly schemaVersion: number;
}): Finding[] {
  const { path, integrity, journalMode, schemaVersion } = facts;
  const isWhole = integrity === null || integrity === 'ok';
  return [
    isWhole
      ? passed('database integrity', integrity ?? 'large: `videoqa verify` reads all of it')
      : broken('database integrity', integrity.slice(0, 200), 'videoqa verify'),
    journalMode === 'wal'
      ? passed('database journal', 'write-ahead')
      : broken(
          'database journal',
          `${journalMode}; readers and writers hold each other up`,
          `sqlite3 '${path}' 'pragma journal_mode=wal'`,
        ),
    passed('database schema', `version ${schemaVersion}`),
  ];
}
