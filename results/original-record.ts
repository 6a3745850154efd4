import type { Row } from '../domain/row.ts';

/** What a record needs beside the row. */
export type RecordContext = {
  /** The answer's reply in full. */
  readonly reply: string;
  /** Path of a frame file as the run's settings lead to it. */
  readonly framePath: (videoId: string, frameId: number) => string;
  /** Path of a generated picture, from 0. */
  readonly picturePath: (index: number) => string;
};

/** One record of the original script's results file: in full, or what it kept of a failed item. */
export type OriginalRecord = Readonly<Record<string, unknown>>;

/**
 * The record of an item that a reply came for, on top of the item's own fields. An unparsed answer
 * has no `model_answer` and is not correct; `is_correct` is null where the right answer is unknown.
 */
export function fullRecord(row: Row, context: RecordContext): OriginalRecord {
  const videoId = row.video_ids[0] ?? '';
  return {
    ...row.source,
    workflow_steps: {
      step1_planning_requests: row.planned.map(({ asked_frame_id, prompt }) => ({
        reference_image_id: asked_frame_id,
        prompt,
      })),
      step2_generated_images: row.planned.map(({ used_frame_id, video_id = videoId }, index) =>
        row.generated[index]?.source === 'generated'
          ? context.picturePath(index)
          : context.framePath(video_id, used_frame_id),
      ),
      step2_retrieved_frame_paths: row.shown.map(({ video_id, frame_id }) =>
        context.framePath(video_id, frame_id),
      ),
      step3_final_reasoning_and_answer: context.reply,
    },
    model_answer: row.answer,
    is_correct: row.outcome === 'unparsed' ? false : row.correct,
  };
}

/** The record of an item without a reply. Where the original has a stack, this says where to look. */
export function failedRecord(row: Row): OriginalRecord {
  const { failure, outcome, workflow_id, workflow_run_id } = row;
  const place = `workflow ${workflow_id}${workflow_run_id === null ? '' : `, execution ${workflow_run_id}`}`;
  return {
    key: keyOf(row),
    uid: row.source['uid'] ?? null,
    error: failure === null ? outcome : `${failure.class}: ${failure.message}`,
    traceback:
      failure === null
        ? `${outcome}; ${place}`
        : `${failure.class} in step ${failure.step ?? 'none'} after ${failure.attempts} attempts; ${place}`,
  };
}

/** Whether the item has a full record: a reply came. */
export function hasFullRecord({ outcome }: Pick<Row, 'outcome'>): boolean {
  return outcome === 'answered' || outcome === 'unparsed';
}

/** The video's name in the source file. */
export function keyOf({ source, video_ids }: Pick<Row, 'source' | 'video_ids'>): string {
  const { key } = source;
  return typeof key === 'string' || typeof key === 'number' ? String(key) : (video_ids[0] ?? '');
}

/** Counts that the original's metrics are made of. */
export type OriginalCounts = {
  readonly total: number;
  /** Full records: answered and unparsed. */
  readonly answered: number;
  readonly correct: number;
};

/**
 * The original's metrics file, as Python writes it (`0.0`, not `0`). Its accuracy divides by the
 * full records alone; `report` has the one over all scheduled items.
 */
export function originalMetrics({ total, answered, correct }: OriginalCounts): string {
  if (answered === 0) return '{\n    "accuracy": 0.0\n}';
  const lines = [
    `"total_samples": ${total}`,
    `"answered_samples": ${answered}`,
    `"correct_answers": ${correct}`,
    `"accuracy": ${pythonFloat(correct / answered)}`,
  ];
  return `{\n    ${lines.join(',\n    ')}\n}`;
}

function pythonFloat(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}
