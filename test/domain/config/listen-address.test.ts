import { expect, it } from 'vitest';
import { formatAddress, readListenAddress } from '../../../domain/config/listen-address.ts';
import { UsageError } from '../../../domain/errors/usage-error.ts';

it.each([
  ['9464', '127.0.0.1', 9464],
  [':9464', '127.0.0.1', 9464],
  ['0.0.0.0:80', '0.0.0.0', 80],
  ['worker-1.lab:9464', 'worker-1.lab', 9464],
  ['[::1]:9464', '::1', 9464],
])('reads %s', (text, host, port) => {
  expect(readListenAddress(text, '--metrics')).toEqual({ host, port });
});

it.each(['', 'localhost', '127.0.0.1:70000', 'http://127.0.0.1:1', '::1:9464', '1:2:3'])(
  'refuses %j and names the setting',
  (text) => {
    expect(() => readListenAddress(text, 'VIDEOQA_METRICS')).toThrow(UsageError);
    expect(() => readListenAddress(text, 'VIDEOQA_METRICS')).toThrow(/^VIDEOQA_METRICS is/);
  },
);

it('puts an IPv6 address into brackets', () => {
  expect(formatAddress({ host: '::1', port: 1 })).toBe('[::1]:1');
});
