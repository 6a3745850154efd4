/** A packet of compressed video, or a decoded frame, as ffprobe lists it. */
export type ListedPacket = {
  /** On the stream's clock; null where the container does not say when it is shown. */
  readonly ticks: number | null;
  /** How long it is shown; 0 where unknown. */
  readonly durationTicks: number;
  readonly isKeyframe: boolean;
  /** False for what is decoded only because later frames need it. */
  readonly isShown: boolean;
};

/** A frame that the video shows. */
export type TimedFrame = { readonly ticks: number; readonly isKeyframe: boolean };

/**
 * Reads one line that ffprobe prints with `-of compact`: fields `name=value` between bars. Null for
 * a line that describes neither a packet nor a frame, such as side data.
 */
export function parseListedPacket(line: string): ListedPacket | null {
  const fields = new Map(
    line.split('|').map((field) => {
      const at = field.indexOf('=');
      return [field.slice(0, at), field.slice(at + 1)] as const;
    }),
  );
  const flags = fields.get('flags');
  const keyFrame = fields.get('key_frame');
  if (flags === undefined && keyFrame === undefined) return null;
  const duration = ticksOf(fields.get('duration') ?? fields.get('pkt_duration'));
  return {
    ticks: ticksOf(fields.get('pts') ?? fields.get('best_effort_timestamp')),
    durationTicks: Math.max(0, duration ?? 0),
    isKeyframe: keyFrame === '1' || (flags ?? '').startsWith('K'),
    isShown: !(flags ?? '').includes('D'),
  };
}

/** The video's frames in the order in which they are shown, and when the last one goes. */
export type FrameTable = {
  readonly frames: readonly TimedFrame[];
  readonly endTicks: number;
};

/**
 * Orders packets by presentation. Of packets shown at the same moment one counts. The last frame is
 * shown as long as its packet says, else as long as the one before it.
 */
export function frameTable(packets: readonly ListedPacket[]): FrameTable {
  const shown = packets
    .filter((packet) => packet.isShown && packet.ticks !== null)
    .map((packet) => ({ ...packet, ticks: packet.ticks ?? 0 }))
    .toSorted((left, right) => left.ticks - right.ticks);
  const distinct = shown.filter((packet, index) => packet.ticks !== shown[index - 1]?.ticks);
  const last = distinct.at(-1);
  if (last === undefined) return { frames: [], endTicks: 0 };
  const gapBefore = last.ticks - (distinct.at(-2)?.ticks ?? last.ticks);
  return {
    frames: distinct.map(({ ticks, isKeyframe }) => ({ ticks, isKeyframe })),
    endTicks: last.ticks + (last.durationTicks || gapBefore || 1),
  };
}

function ticksOf(text: string | undefined): number | null {
  const ticks = text === undefined || !/^-?\d+$/.test(text) ? Number.NaN : Number(text);
  return Number.isSafeInteger(ticks) ? ticks : null;
}
