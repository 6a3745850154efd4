import type { Client } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reconcileDrive } from '../../client/start-drive.ts';
import type { RunStore } from '../../domain/stores/run-store.ts';
import type { Stores } from '../../workers/open-stores.ts';
import { openTestStores } from '../support/fakes-activity.ts';
import { createSampleRun } from '../support/fakes-item-steps.ts';

let stores: Stores;
beforeEach(async () => {
  stores = await openTestStores();
  await createSampleRun(stores);
  await stores.runs.openDrive('r1', { kind: 'unfinished' });
});
afterEach(() => stores.close());

/** A server that answers as told, and at last always with the last answer. */
function serverSaying(...states: ('unknown' | 'RUNNING' | 'COMPLETED')[]): Client {
  const describeRoot = async () => {
    const state = states.length > 1 ? states.shift() : states[0];
    if (state !== 'unknown') return { status: { name: state } };
    throw Object.assign(new Error('not found'), { name: 'WorkflowNotFoundError' });
  };
  return { workflow: { getHandle: () => ({ describe: describeRoot }) } } as unknown as Client;
}

async function reconcile(client: Client, runs: RunStore = stores.runs): Promise<boolean> {
  const run = await stores.runs.get('r1');
  return reconcileDrive(client, runs, run!);
}

const isOpen = async () => (await stores.runs.get('r1'))?.driveIsOpen;

describe('reconcileDrive', () => {
  it.each(['unknown', 'COMPLETED'] as const)(
    'leaves a drive alone that another process has only just taken (root %s so far)',
    async (before) => {
      expect(await reconcile(serverSaying(before, before, 'RUNNING'))).toBe(false);

      expect(await isOpen()).toBe(true);
    },
  );

  it('closes a drive whose process had time to start it and did not', async () => {
    const opened = await stores.runs.openDrives();
    const longAgo = { ...stores.runs, openDrives: async () => opened.map(aMinuteEarlier) };

    expect(await reconcile(serverSaying('unknown'), longAgo)).toBe(true);

    expect(await isOpen()).toBe(false);
    expect((await stores.runs.get('r1'))?.state).toBe('cancelled');
  });

  it('does nothing when the drive ended meanwhile', async () => {
    const ended = { ...stores.runs, openDrives: async () => [] };

    expect(await reconcile(serverSaying('COMPLETED'), ended)).toBe(false);
  });
});

const aMinuteEarlier = <Drive extends { openedAt: number }>(drive: Drive): Drive => ({
  ...drive,
  openedAt: drive.openedAt - 60_000,
});
