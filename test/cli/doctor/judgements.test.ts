import { expect, it } from 'vitest';
import type { Finding } from '../../../cli/doctor/check.ts';
import * as config from '../../../cli/doctor/judge-config.ts';
import * as folder from '../../../cli/doctor/judge-folder.ts';
import * as machine from '../../../cli/doctor/judge-machine.ts';
import * as server from '../../../cli/doctor/judge-server.ts';

const gib = 2 ** 30;
const day = 86_400_000;
const answered: config.EndpointFacts = {
  baseUrl: 'https://models.example.com/v1',
  status: 401,
  problem: null,
  certificateEndsAt: 90 * day,
  aheadMs: 1000,
};
const registered = {
  EvalRunId: 2,
  Dataset: 2,
  VideoId: 2,
  Strategy: 2,
  FailKind: 2,
  Step: 2,
  Attempts: 3,
};
const withoutStep = Object.fromEntries(
  Object.entries(registered).filter(([name]) => name !== 'Step'),
);
const sound = { path: '/s/videoqa.db', integrity: 'ok', journalMode: 'wal', schemaVersion: 3 };
const priced = { file: 'run.yaml', hasBudget: true, unpriced: [] };
const spent = { file: 'run.yaml', budgetUsd: 20, spentUsd: 5 };

const cases: readonly [name: string, good: Finding, bad: Finding, fix: string][] = [
  ['Node.js', machine.judgeNode('20.19.0'), machine.judgeNode('20.18.9'), 'nvm install'],
  [
    'native module',
    machine.judgeNativeModule('sharp', null),
    machine.judgeNativeModule('sharp', 'wrong ELF class'),
    'npm ci',
  ],
  ['open files', machine.judgeOpenFiles(1024), machine.judgeOpenFiles(256), 'ulimit -n 65536'],
  [
    'memory',
    machine.judgeMemory({ freeBytes: 4 * gib, modelBytes: 1.7 * gib }),
    machine.judgeMemory({ freeBytes: 3 * gib, modelBytes: 1.7 * gib }),
    'dtype',
  ],
  ['event loop', machine.judgeEventLoop(20), machine.judgeEventLoop(900), 'top'],
  ['time zone', machine.judgeTimeZone('Asia/Shanghai'), machine.judgeTimeZone(undefined), 'TZ'],
  [
    'proxy',
    machine.judgeProxy({ https_proxy: 'http://proxy:3128', no_proxy: 'localhost, 127.0.0.1' }),
    machine.judgeProxy({ https_proxy: 'http://proxy:3128' }),
    'export no_proxy=127.0.0.1',
  ],
  [
    'metrics address',
    machine.judgeMetricsAddress('127.0.0.1:9464', null),
    machine.judgeMetricsAddress('127.0.0.1:9464', 'EADDRINUSE'),
    'export VIDEOQA_METRICS=',
  ],
  [
    'permissions',
    folder.judgePermissions('/s', 0o40700),
    folder.judgePermissions('/s', 0o40755),
    "chmod 700 '/s'",
  ],
  ['free space', folder.judgeFreeSpace(gib), folder.judgeFreeSpace(gib / 2), 'VIDEOQA_HOME'],
  [
    'inodes',
    folder.judgeInodes({ free: 20_000, total: 1e6 }),
    folder.judgeInodes({ free: 900, total: 1e6 }),
    'VIDEOQA_HOME',
  ],
  ['file clock', folder.judgeFileClock(-100), folder.judgeFileClock(-5000), 'set-ntp'],
  [
    'left-over server',
    folder.judgeLeftOvers({ holder: 'alive', servers: 1, incomplete: 1 }),
    folder.judgeLeftOvers({ holder: 'dead', servers: 1, incomplete: 0 }),
    'videoqa down',
  ],
  [
    'two servers on one database',
    folder.judgeLeftOvers({ holder: 'none', servers: 0, incomplete: 0 }),
    folder.judgeLeftOvers({ holder: 'alive', servers: 2, incomplete: 0 }),
    'videoqa down',
  ],
  [
    'integrity',
    folder.judgeDatabase(sound)[0]!,
    folder.judgeDatabase({ ...sound, integrity: '*** in database main ***\nPage 4' })[0]!,
    'videoqa verify',
  ],
  [
    'journal',
    folder.judgeDatabase(sound)[1]!,
    folder.judgeDatabase({ ...sound, journalMode: 'delete' })[1]!,
    'journal_mode=wal',
  ],
  [
    'retention',
    server.judgeRetention('default', 30 * 86_400),
    server.judgeRetention('default', 86_400),
    '--retention 30d default',
  ],
  [
    'search attributes',
    server.judgeSearchAttributes('lab', { ...registered, Other: 1 }),
    server.judgeSearchAttributes('lab', { ...withoutStep, Attempts: 2 }),
    'create --namespace lab --name Step --type Keyword --name Attempts --type Int',
  ],
  ['server clock', server.judgeServerClock(-20_000), server.judgeServerClock(60_000), 'set-ntp'],
  [
    'run size',
    server.judgeRunSize({ items: 1e6, isEmbedded: false }),
    server.judgeRunSize({ items: 1e6, isEmbedded: true }),
    'TEMPORAL_ADDRESS',
  ],
  ['ports', server.judgePorts(true), server.judgePorts(false), 'ip link set lo up'],
  [
    'endpoint',
    config.judgeEndpoint(answered),
    config.judgeEndpoint({ ...answered, status: null, problem: 'ECONNREFUSED' }),
    'curl',
  ],
  [
    'certificate',
    config.judgeCertificate(answered, 0),
    config.judgeCertificate({ ...answered, certificateEndsAt: 2 * day }, 0),
    'openssl s_client -connect models.example.com',
  ],
  [
    'clock',
    config.judgeProviderClock(answered),
    config.judgeProviderClock({ ...answered, aheadMs: -120_000 }),
    'set-ntp',
  ],
  [
    'prices',
    config.judgePrices(priced),
    config.judgePrices({ ...priced, unpriced: ['models.image'] }),
    'add price to models.image in run.yaml',
  ],
  [
    'budget',
    config.judgeBudget(spent),
    config.judgeBudget({ ...spent, spentUsd: 20 }),
    'run.budgetUsd in run.yaml',
  ],
  [
    'model files',
    config.judgeModelFiles('models/siglip', []),
    config.judgeModelFiles('models/siglip', ['onnx/vision_model.onnx']),
    "videoqa models verify 'models/siglip'",
  ],
];

it.each(cases)('%s: passes the good, and mends the bad with one command', (_, good, bad, fix) => {
  expect(good).toMatchObject({ ok: true, fix: null });
  expect(bad.ok).toBe(false);
  expect(bad.fix).toContain(fix);
  expect(bad.fix).not.toContain('\n');
  expect(bad.check).toBe(good.check);
});

it('passes what a system does not tell', () => {
  const untold = [
    machine.judgeOpenFiles(null),
    folder.judgeInodes({ free: 0, total: 0 }),
    server.judgeServerClock(null),
    config.judgeProviderClock({ ...answered, aheadMs: null }),
    config.judgeCertificate({ ...answered, certificateEndsAt: null }, 0),
    config.judgeModelFiles('models/siglip', null),
    config.judgeBudget({ ...spent, budgetUsd: null }),
    config.judgePrices({ file: 'run.yaml', hasBudget: false, unpriced: ['models.image'] }),
    ...folder.judgeDatabase({ ...sound, integrity: null }),
  ];

  expect(untold.filter(({ ok }) => !ok)).toEqual([]);
});
