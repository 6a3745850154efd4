import type { PayloadCodec } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleWorkflows } from '../../workers/workflow-bundle.ts';
import { driveInput, fakeDrive, startDrive, whileWorking } from '../support/fake-drive.ts';
import { startTestServer, type TestServer } from '../support/temporal-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** Holds a workflow's decision to start a shard on its way to the server. */
function heldShardStart() {
  let decided: () => void = () => undefined;
  let release: () => void = () => undefined;
  const isDecided = new Promise<void>((resolve) => (decided = resolve));
  const isReleased = new Promise<void>((resolve) => (release = resolve));
  const codec: PayloadCodec = {
    async encode(payloads) {
      if (payloads.some(({ data }) => Buffer.from(data ?? []).includes('"shard":0'))) {
        decided();
        await isReleased;
      }
      return payloads;
    },
    decode: async (payloads) => payloads,
  };
  return { codec, isDecided, release };
}

describe('the window of a shard', () => {
  it('is the new one when it changes while the shard is being started', async () => {
    const start = heldShardStart();
    const drive = fakeDrive({
      items: 6,
      answer: async () => {
        // Nobody ends before the new window was full.
        await expect.poll(() => drive.open.peak, { timeout: 20_000 }).toBe(3);
        return { outcome: 'answered' };
      },
    });

    const result = await whileWorking(
      server,
      await bundleWorkflows(),
      drive,
      async () => {
        const root = await startDrive(server, driveInput({ window: 1 }));
        await start.isDecided;
        await root.signal('setWindow', 3);
        start.release();
        return root.result() as Promise<unknown>;
      },
      { dataConverter: { payloadCodecs: [start.codec] } },
    );

    expect(result).toMatchObject({ items: 6, isStopped: false });
    expect(drive.recorded.filter(({ outcome }) => outcome === 'answered')).toHaveLength(6);
    expect(drive.open.peak).toBe(3);
  });
});
