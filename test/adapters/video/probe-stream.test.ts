import { describe, expect, it } from 'vitest';
import { frameTable, parseListedPacket } from '../../../adapters/video/packet-table.ts';
import { parseStreamHeader } from '../../../adapters/video/probe-stream.ts';

const video = {
  index: 1,
  codec_type: 'video',
  codec_name: 'h264',
  width: 640,
  height: 268,
  avg_frame_rate: '30000/1001',
  time_base: '1/15360',
  duration: '32.766667',
  nb_frames: '1966',
};
const cover = { ...video, index: 0, codec_name: 'mjpeg', disposition: { attached_pic: 1 } };
const parse = (...streams: readonly object[]) =>
  parseStreamHeader(JSON.stringify({ streams, format: { format_name: 'mov,mp4' } }));

describe('parseStreamHeader', () => {
  it('takes the first video stream that is no cover picture', () => {
    const header = parse({ index: 2, codec_type: 'audio' }, cover, video);

    expect(header).toEqual({
      streamIndex: 1,
      container: 'mov,mp4',
      codec: 'h264',
      width: 640,
      height: 268,
      averageFrameRate: 30000 / 1001,
      timeBase: { numerator: 1, denominator: 15360 },
      announcedSeconds: 32.766667,
      containerSeconds: null,
      announcedFrames: 1966,
    });
  });

  it('finds no video in sound with a cover, or in nothing', () => {
    expect(parse({ index: 2, codec_type: 'audio' }, cover)).toBeNull();
    expect(parseStreamHeader('{}')).toBeNull();
  });

  it.each([
    [{ side_data_list: [{}, { rotation: -90 }] }, 268, 640],
    [{ side_data_list: [{ rotation: 270 }] }, 268, 640],
    [{ side_data_list: [{ rotation: 180 }] }, 640, 268],
    [{ tags: { rotate: '90' } }, 268, 640],
  ])('tells the size as displayed with %j', (turn, width, height) => {
    expect(parse({ ...video, ...turn })).toMatchObject({ width, height });
  });

  it('leaves unknown what the headers do not say', () => {
    const unknown = { avg_frame_rate: '0/0', duration: 'N/A', nb_frames: undefined };

    expect(parse({ ...video, ...unknown })).toMatchObject({
      averageFrameRate: null,
      announcedSeconds: null,
      announcedFrames: null,
    });
  });
});

describe('parseListedPacket', () => {
  it.each([
    ['pts=-512|duration=512|flags=KD', -512, 512, true, false],
    ['pts=1536|duration=512|flags=__|', 1536, 512, false, true],
    ['pts=N/A|duration=N/A|flags=K__', null, 0, true, true],
    ['key_frame=1|best_effort_timestamp=7|pkt_duration=2', 7, 2, true, true],
    ['key_frame=0|best_effort_timestamp=8|duration=2', 8, 2, false, true],
  ])('reads %s', (line, ticks, durationTicks, isKeyframe, isShown) => {
    expect(parseListedPacket(line)).toEqual({ ticks, durationTicks, isKeyframe, isShown });
  });

  it.each(['', 'side_data|side_data_type=x', '|'])('passes over %j', (line) => {
    expect(parseListedPacket(line)).toBeNull();
  });
});

describe('frameTable', () => {
  const packet = (ticks: number | null, durationTicks = 10, isShown = true) => ({
    ticks,
    durationTicks,
    isShown,
    isKeyframe: ticks === 0,
  });

  it('orders by presentation and leaves out what is not shown, or twice at one time', () => {
    const table = frameTable([
      packet(-10, 10, false),
      packet(0),
      packet(30),
      packet(10),
      packet(10),
      packet(null),
    ]);

    expect(table.frames.map(({ ticks }) => ticks)).toEqual([0, 10, 30]);
    expect(table.frames.map(({ isKeyframe }) => isKeyframe)).toEqual([true, false, false]);
    expect(table.endTicks).toBe(40);
  });

  it('shows the last frame as long as the one before it where nothing else is known', () => {
    expect(frameTable([packet(0, 0), packet(25, 0)]).endTicks).toBe(50);
    expect(frameTable([packet(5, 0)]).endTicks).toBe(6);
    expect(frameTable([])).toEqual({ frames: [], endTicks: 0 });
  });
});
