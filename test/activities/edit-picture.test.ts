import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEditPicture, type EditPictureDependencies } from '../../activities/edit-picture.ts';
import { createPaidCall } from '../../activities/paid-call.ts';
import type { CachedCall } from '../../activities/record-step.ts';
import { StepError } from '../../domain/errors/step-error.ts';
import type { Stores } from '../../workers/open-stores.ts';
import { inActivity, openTestStores } from '../support/fakes-activity.ts';
import { imageModel, ref, stepSpec } from '../support/fakes-item-steps.ts';
import { wireReply } from '../support/fakes-paid-provider.ts';
import { createLoneLimiter } from '../support/memory-accounts.ts';

const jpeg = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3, 4, 5, 6, 7, 8]);
const inReply = { data: [{ b64_json: Buffer.from(jpeg).toString('base64') }] };
const atAddress = { data: [{ url: 'https://pictures.example/1.jpg' }] };
const reference = {
  sha256: 'a'.repeat(64),
  mediaType: 'image/jpeg',
  width: 1280,
  height: 720,
  bytes: jpeg,
};

let stores: Stores;
let sent: Parameters<EditPictureDependencies['sendImageEdit']>[0][];
let downloads: string[];
let cached: CachedCall[];
beforeEach(async () => {
  stores = await openTestStores();
  [sent, downloads, cached] = [[], [], []];
});
afterEach(() => stores.close());

function editing(
  body: object,
  {
    drive = 1,
    redraw = 0,
    tries = 1,
    download = async () => jpeg,
    spec = stepSpec(),
    model = imageModel,
  }: {
    drive?: number;
    redraw?: number;
    tries?: number;
    download?: () => Promise<Uint8Array>;
    spec?: ReturnType<typeof stepSpec>;
    model?: typeof imageModel;
  } = {},
) {
  const editPicture = createEditPicture({
    paidCall: createPaidCall({
      calls: stores.calls,
      admission: async () => ({ admission: 'open', stop: null }),
      acquire: createLoneLimiter().acquire,
      stopRun: async () => {},
      processId: 'process-1',
      now: Date.now,
    }),
    blobs: stores.blobs,
    indexes: stores.indexes,
    async sendImageEdit(sending) {
      sent.push(sending);
      return wireReply(200, body);
    },
    downloadPicture: (url) => {
      downloads.push(url);
      return download();
    },
    reencodePicture: async () => reference,
    checkPicture: async () => ({ width: 1280, height: 720, mediaType: 'image/jpeg' }),
  });
  return inActivity(() =>
    editPicture({
      owner: { ...ref, drive, step: 'generate', part: 0 },
      spec,
      model,
      prompt: 'a cup on the table',
      reference,
      redraw,
      tries,
      noteCached: (call) => void cached.push(call),
      noteRemedy: () => {},
    }),
  );
}

describe('editPicture', () => {
  it('stores the bytes of the reply', async () => {
    const { artifact, ...size } = await editing(inReply);

    expect(size).toEqual({ width: 1280, height: 720 });
    expect([...(await stores.blobs.get(artifact))]).toEqual([...jpeg]);
  });

  it('D24: asks for the aspect ratio of the reference frame, or for the configured size', async () => {
    await editing(inReply);
    await editing(inReply, { model: { ...imageModel, size: '1024x1024' } });

    expect(sent.map(({ request }) => request.size)).toEqual(['1280x720', '1024x1024']);
  });

  it('sends the seed of the sample and the redraw', async () => {
    await editing(inReply, { redraw: 2 });

    expect(sent[0]?.seed).toBe(2001);
  });

  it('is not paid for twice, and tells that it came from the store', async () => {
    await editing(inReply);

    await editing(inReply, { drive: 2 });

    expect(sent).toHaveLength(1);
    expect(cached).toMatchObject([{ listUsd: 0.03 }]);
  });

  it('is drawn anew for a redraw, another reference model setting, and a run with its own cache', async () => {
    const spec = stepSpec();
    await editing(inReply);
    await editing(inReply, { redraw: 1 });
    await editing(inReply, { model: { ...imageModel, extraBody: { guidance: 7 } } });
    await editing(inReply, { spec: { ...spec, run: { ...spec.run, cache: 'run' } } });

    expect(sent).toHaveLength(4);
  });

  it('D6: downloads an address at once, and never again', async () => {
    const first = await editing(atAddress);
    const second = await editing(atAddress, { drive: 2 });

    expect(second).toEqual(first);
    expect(downloads).toHaveLength(1);
    expect(sent).toHaveLength(1);
  });

  it('D6: pays once when the download has to be tried again', async () => {
    const breaks = () => Promise.reject(new StepError('connection', 'retry', 'broke off'));
    await expect(editing(atAddress, { download: breaks })).rejects.toMatchObject({
      action: 'retry',
    });

    await editing(atAddress);

    expect(sent).toHaveLength(1);
    expect(downloads).toHaveLength(2);
  });

  it('D5: ends after ten downloads that broke off, so that the strategy can fall back', async () => {
    const breaks = () => Promise.reject(new StepError('connection', 'retry', 'broke off'));

    await expect(editing(atAddress, { download: breaks, tries: 10 })).rejects.toMatchObject({
      failureClass: 'connection',
      action: 'fail',
    });
  });
});
