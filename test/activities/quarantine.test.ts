import { describe, expect, it } from 'vitest';
import { createQuarantine } from '../../activities/quarantine.ts';
import { StepError } from '../../domain/errors/step-error.ts';
import type { MediaWorkKey, MediaWorkStore } from '../../domain/stores/media-work-store.ts';

const item = { ownerId: 'r1', kind: 'embed-retrieve', subject: 'q0/0' } as const;
const other = { ...item, subject: 'q1/0' };

function createFakeStore(): MediaWorkStore {
  const rows = new Map<string, { suspicion: number; openIn: string | null }>();
  const nameOf = (key: MediaWorkKey) => JSON.stringify(key);
  return {
    find: async (key) => rows.get(nameOf(key)) ?? null,
    note: async (key, state) => void rows.set(nameOf(key), state),
    clear: async (key) => void rows.delete(nameOf(key)),
  };
}

function scene() {
  const mediaWork = createFakeStore();
  const worker = (processId: string) => createQuarantine({ mediaWork, processId });
  /** A process that dies while it works: its work never ends. */
  const dies = async (processId: string, ...keys: MediaWorkKey[]) => {
    const guarded = worker(processId);
    for (const key of keys) void guarded(key, 'it', () => new Promise(() => undefined));
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { worker, dies };
}

const threadDied = () => {
  throw new StepError('embedding_failed', 'retry', 'the thread ended', { endedThread: true });
};

describe('work that ends its process', () => {
  it('is left out once it has ended two processes alone, after one in company', async () => {
    const { worker, dies } = scene();
    await dies('p1', item, other);
    await dies('p2', item);
    await dies('p3', item);

    const fourth = worker('p4')(item, 'item q0', async () => 'done');

    await expect(fourth).rejects.toMatchObject({ failureClass: 'poison', action: 'fail' });
    await expect(fourth).rejects.toThrow('item q0');
    expect(await worker('p4')(other, 'item q1', async () => 'done')).toBe('done');
  });

  it('is not left out for being at work at two kills, and nothing of them stays', async () => {
    const { worker, dies } = scene();
    await dies('p1', item, other);
    await dies('p2', item, other);

    expect(await worker('p3')(item, 'item q0', async () => 'done')).toBe('done');
    await dies('p4', item);
    await dies('p5', item);
    expect(await worker('p6')(item, 'item q0', async () => 'done')).toBe('done');
  });

  it('works alone as long as it is suspected', async () => {
    const { worker, dies } = scene();
    await dies('p1', item);
    const guarded = worker('p2');
    const order: string[] = [];
    const working = (name: string) => async () => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`${name} ends`);
    };

    await Promise.all([
      guarded(item, 'item q0', working('suspect')),
      guarded(other, 'item q1', working('other')),
    ]);

    expect(order).toHaveLength(4);
    expect(order[0]?.split(' ')[0]).toBe(order[1]?.split(' ')[0]);
  });

  it('is left out after the second end of the thread that had it', async () => {
    const { worker } = scene();
    const guarded = worker('p1');

    await expect(guarded(item, 'item q0', threadDied)).rejects.toMatchObject({
      failureClass: 'embedding_failed',
    });
    await expect(guarded(item, 'item q0', threadDied)).rejects.toMatchObject({
      failureClass: 'poison',
    });
  });

  it('is tried anew when it is asked for again', async () => {
    const { worker } = scene();
    const guarded = worker('p1');
    await guarded(item, 'item q0', threadDied).catch(() => undefined);
    await guarded(item, 'item q0', threadDied).catch(() => undefined);

    expect(await guarded(item, 'item q0', async () => 'done')).toBe('done');
  });

  it('is not blamed for an error, nor for a worker that was asked to stop', async () => {
    const { worker } = scene();
    for (const processId of ['p1', 'p2', 'p3', 'p4']) {
      await worker(processId)(item, 'item q0', () => Promise.reject(new Error('cancelled'))).catch(
        () => undefined,
      );
    }

    expect(await worker('p5')(item, 'item q0', async () => 'done')).toBe('done');
  });
});
