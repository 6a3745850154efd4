import { z } from 'zod';

/** The video stream of a file, as its headers describe it. */
export type StreamHeader = {
  readonly streamIndex: number;
  /** ffmpeg's name of the container, `mov,mp4,m4a,3gp,3g2,mj2`. */
  readonly container: string;
  readonly codec: string;
  /** Pixels of a frame as displayed, after the rotation that the file asks for. */
  readonly width: number;
  readonly height: number;
  /** Frames per second over the whole file; null where the headers do not say. */
  readonly averageFrameRate: number | null;
  /** One tick of the stream's clock lasts numerator / denominator seconds. */
  readonly timeBase: { readonly numerator: number; readonly denominator: number };
  /** What the headers announce, for noticing a file that is cut short. */
  readonly announcedSeconds: number | null;
  readonly announcedFrames: number | null;
  /** The same of the whole file, whose sound may be longer than its picture. */
  readonly containerSeconds: number | null;
};

const numberText = z.coerce.number().nonnegative().catch(Number.NaN).default(Number.NaN);
const streamSchema = z.looseObject({
  index: z.int().nonnegative(),
  codec_type: z.string().optional(),
  codec_name: z.string().default('unknown'),
  width: z.int().nonnegative().default(0),
  height: z.int().nonnegative().default(0),
  avg_frame_rate: z.string().default('0/0'),
  time_base: z.string().default('0/0'),
  duration: numberText,
  nb_frames: numberText,
  disposition: z.looseObject({ attached_pic: z.int().default(0) }).default({ attached_pic: 0 }),
  side_data_list: z.array(z.looseObject({ rotation: z.number().optional() })).default([]),
  tags: z.looseObject({ rotate: z.string().optional() }).default({}),
});
const headersSchema = z.looseObject({
  streams: z.array(streamSchema).default([]),
  format: z
    .looseObject({ format_name: z.string().default(''), duration: numberText })
    .default({ format_name: '', duration: Number.NaN }),
});

/**
 * Reads what ffprobe prints with `-show_streams -show_format -of json`. Of several video streams the
 * first counts; a cover picture is no video.
 *
 * @returns null when the file has no video stream
 */
export function parseStreamHeader(json: string): StreamHeader | null {
  const { streams, format } = headersSchema.parse(JSON.parse(json));
  const video = streams.find(
    (stream) => stream.codec_type === 'video' && stream.disposition.attached_pic === 0,
  );
  if (video === undefined) return null;
  const { width, height } = video;
  const clock = ratioOf(video.time_base);
  const rate = ratioOf(video.avg_frame_rate);
  return {
    streamIndex: video.index,
    container: format.format_name,
    codec: video.codec_name,
    ...(isTurned(video) ? { width: height, height: width } : { width, height }),
    averageFrameRate: rate === null ? null : rate.numerator / rate.denominator,
    timeBase: clock ?? { numerator: 1, denominator: 1_000_000 },
    announcedSeconds: numberOrNull(video.duration),
    announcedFrames: numberOrNull(video.nb_frames),
    containerSeconds: numberOrNull(format.duration),
  };
}

function numberOrNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

function isTurned({ side_data_list, tags }: z.infer<typeof streamSchema>): boolean {
  const turn = side_data_list.find(({ rotation }) => rotation !== undefined)?.rotation;
  const degrees = Math.abs(turn ?? Number(tags.rotate ?? 0));
  return Math.round(degrees / 90) % 2 === 1;
}

function ratioOf(text: string): { numerator: number; denominator: number } | null {
  const [, numerator, denominator] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const isRatio = Number(numerator) > 0 && Number(denominator) > 0;
  return isRatio ? { numerator: Number(numerator), denominator: Number(denominator) } : null;
}
