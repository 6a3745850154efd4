import type { Judgement } from '../../domain/judging/judgement.ts';
import { nameFrames } from '../../domain/frames/name-frames.ts';
import type { Row } from '../../domain/row.ts';
import type { CallRecord } from '../../domain/stores/call-store.ts';
import type { ItemDetail } from '../../results/show-item.ts';
import { dollars, table } from './numbers.ts';
import { plainLine, plainText } from '../../domain/text/plain-text.ts';

/** One item in full: question, frames with times, prompts, replies, attempts and cost. */
export function renderItem(detail: ItemDetail): string {
  const { row, calls, simulated, temporalUi } = detail;
  const label = simulated ? ' (simulated)' : '';
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['Question', questionLines(row)],
    [`Outcome${label}`, outcomeLines(row)],
    ['Planned pictures', row.planned.map((_, index) => plannedLine(row, index))],
    ['Searched with', row.text_query ? [textQueryLine(row.text_query)] : []],
    ['Retrieved', row.retrieved.length === 0 ? [] : retrievedLines(row)],
    [`Shown to the answer call${hitNote(detail)}`, row.shown.length === 0 ? [] : [shownLine(row)]],
    ...detail.replies.map(
      ({ drive, step, parseRule, text }) =>
        [
          `Reply to ${step}, drive ${drive}, parsed by ${parseRule ?? 'no rule'}${label}`,
          text === null ? ['no longer stored'] : text.split('\n'),
        ] as const,
    ),
    ...detail.judgements.map(
      ({ judgement, text }) =>
        [
          `${judgementTitle(judgement)}${label}`,
          text === null ? ['no reply'] : text.split('\n'),
        ] as const,
    ),
    ['Steps', stepLines(row)],
    [`Calls${label}`, callLines(calls)],
    [`Spend${label}`, spendLines(row)],
    ['Earlier attempts', row.previous_attempts.map(attemptLine)],
  ];
  return [
    plainLine(`${row.item_id} of ${row.run_id}, sample ${row.sample}, drive ${row.drive}`),
    temporalUi ?? (row.workflow_id === '' ? 'imported' : `workflow ${row.workflow_id}`),
    ...sections
      .filter(([, lines]) => lines.length > 0)
      .flatMap(([title, lines]) => ['', title, ...lines.map((line) => `  ${plainText(line)}`)]),
  ].join('\n');
}

function questionLines(row: Row): string[] {
  const spans = row.gold_spans.map((span) => `${span.startSeconds} s to ${span.endSeconds} s`);
  return [
    ...row.question.split('\n'),
    `video ${row.video_ids.join(', ')}; gold ${row.gold ?? 'unknown'}` +
      (spans.length === 0 ? '' : `, seen at ${spans.join(', ')}`),
  ];
}

function outcomeLines(row: Row): string[] {
  const verdict = row.correct === null ? 'not scored' : row.correct ? 'correct' : 'wrong';
  const answer = row.answer === null ? '' : ` ${row.answer}, ${verdict}`;
  const { failure } = row;
  return [
    `${row.outcome}${answer}${row.degraded ? ', degraded' : ''}`,
    ...(failure === null
      ? []
      : [
          `${failure.class} in step ${failure.step ?? 'none'} after ${failure.attempts} attempts`,
          ...failure.message.split('\n'),
        ]),
  ];
}

function plannedLine({ planned, generated }: Row, index: number): string {
  const plan = planned[index]!;
  const picture = generated[index];
  const isAsAsked = plan.asked_frame_id === plan.used_frame_id || plan.video_id !== undefined;
  const asked = isAsAsked ? '' : ` (asked for ${plan.asked_frame_id})`;
  const frame = `${plan.used_frame_id}${plan.video_id === undefined ? '' : ` of ${plan.video_id}`}`;
  const result =
    picture === undefined
      ? 'no picture'
      : `${picture.source} ${picture.width}x${picture.height} ${picture.artifact.slice(0, 12)}`;
  return `${index + 1}. frame ${frame}${asked}, ${result}: ${plan.prompt}`;
}

function textQueryLine({ text, truncated }: NonNullable<Row['text_query']>): string {
  const cut = truncated ? ' (longer than the model reads: its end was not used)' : '';
  return `the text "${text}"${cut}`;
}

function retrievedLines({ retrieved }: Row): string[] {
  const names = nameFrames(retrieved);
  const rows = retrieved.map((frame, place) => [
    names[place]!,
    seconds(frame.time_s),
    frame.score.toFixed(4),
    String(frame.rank),
    String(frame.query + 1),
  ]);
  return table([['frame', 'time', 'cosine', 'rank', 'query'], ...rows]).split('\n');
}

function shownLine({ shown }: Row): string {
  const names = nameFrames(shown);
  return shown.map(({ time_s }, place) => `${names[place]!} (${seconds(time_s)})`).join(', ');
}

function hitNote({ hit }: ItemDetail): string {
  if (hit === null) return '';
  return hit ? ': a frame of the gold span is among them' : ': none lies in the gold span';
}

function judgementTitle(judgement: Judgement): string {
  const { judge, contract, dimension, state, verdict, score, failure_class, item_ids } = judgement;
  const said = [verdict, score].filter((part) => part !== null).join(', ');
  const ended = state === 'judged' ? said : `${state} ${failure_class ?? ''}`.trim();
  const others = item_ids.length > 1 ? `, with ${item_ids.slice(1).join(', ')}` : '';
  return plainLine(`Judged by ${judge}, ${dimension ?? contract}${others}: ${ended}`);
}

function stepLines({ steps }: Row): string[] {
  if (steps.length === 0) return [];
  const rows = steps.map((step) => [
    step.step,
    step.started_at,
    `${(step.duration_ms / 1000).toFixed(2)} s`,
    `${(step.waited_ms / 1000).toFixed(2)} s`,
    String(step.attempts),
    (step.remedies ?? []).join(', '),
  ]);
  return table([['step', 'started', 'took', 'waited', 'attempts', ''], ...rows]).split('\n');
}

function callLines(calls: readonly CallRecord[]): string[] {
  if (calls.length === 0) return [];
  const rows = calls.map((call) => [
    `${call.step} ${call.part}`,
    String(call.drive),
    call.state,
    call.failureClass ?? '-',
    String(call.httpStatus ?? '-'),
    call.settledAt === null ? '-' : `${((call.settledAt - call.startedAt) / 1000).toFixed(2)} s`,
    dollars(call.priceUsd),
    call.isDuplicate ? 'duplicate' : '',
  ]);
  const titles = ['call', 'drive', 'state', 'failure', 'http', 'took', 'price', ''];
  return table([titles, ...rows]).split('\n');
}

function spendLines({ usage }: Row): string[] {
  return [
    `paid ${dollars(usage.paid_usd)}, list ${dollars(usage.list_usd)}: ${usage.calls} calls, ` +
      `${usage.cached_calls} from the call store, ` +
      `${usage.prompt_tokens} + ${usage.completion_tokens} tokens, ${usage.images} pictures`,
  ];
}

function attemptLine({
  drive,
  outcome,
  answer,
  failure,
  finished_at,
}: Row['previous_attempts'][number]) {
  const why = failure === null ? (answer ?? '') : `${failure.class}: ${failure.message}`;
  return `drive ${drive}, ${finished_at}: ${outcome} ${why}`.trimEnd();
}

function seconds(time: number | null): string {
  return time === null ? 'time unknown' : `${time.toFixed(1)} s`;
}
