import { describe, expect, it } from 'vitest';
import { createAloneGate } from '../../activities/alone-gate.ts';

function scene() {
  const gate = createAloneGate();
  const open = new Map<string, () => void>();
  const enter = (name: string, mode: 'together' | 'alone') =>
    gate(mode, () => new Promise<void>((resolve) => void open.set(name, resolve)));
  const leave = async (name: string) => {
    open.get(name)?.();
    open.delete(name);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { enter, leave, inside: () => [...open.keys()] };
}

describe('the gate', () => {
  it('lets one be alone after those before it, and holds back those who come later', async () => {
    const { enter, leave, inside } = scene();
    const all = [
      enter('a', 'together'),
      enter('b', 'together'),
      enter('suspect', 'alone'),
      enter('c', 'together'),
      enter('d', 'together'),
    ];

    expect(inside()).toEqual(['a', 'b']);
    await leave('a');
    expect(inside()).toEqual(['b']);
    await leave('b');
    expect(inside()).toEqual(['suspect']);
    await leave('suspect');
    expect(inside()).toEqual(['c', 'd']);
    await leave('c');
    await leave('d');
    await Promise.all(all);
  });

  it('opens again after work that failed', async () => {
    const gate = createAloneGate();

    await expect(gate('alone', () => Promise.reject(new Error('broken')))).rejects.toThrow();

    expect(await gate('together', async () => 'done')).toBe('done');
  });
});
