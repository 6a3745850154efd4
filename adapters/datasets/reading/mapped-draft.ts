import type { DatasetMapping } from '../../../domain/config/dataset-mapping.ts';
import { videoIdOf } from '../../video/find-video.ts';
import { faultOfFolderName } from '../folder-name.ts';
import type { AnswerForm, QuestionDraft, VideoReference } from '../format.ts';
import type { Problem } from '../problem.ts';
import { indexForm } from './answer-forms.ts';
import type { SourceRecord } from './json-records.ts';
import { mappedFields, type MappedFields } from './mapped-fields.ts';
import { mappedSpans } from './mapped-spans.ts';

/**
 * Makes a draft of a record whose fields `mapping` names.
 *
 * @returns null after a problem was noted
 */
export function mappedDraft(
  { place, value }: SourceRecord<Readonly<Record<string, unknown>>>,
  mapping: DatasetMapping,
  note: (problem: Problem) => void,
): QuestionDraft | null {
  let isWhole = true;
  const fields = mappedFields(value, place, (problem) => {
    isWhole = false;
    note(problem);
  });
  const id = mapping.id === undefined ? null : fields.text('id', mapping.id);
  const duration =
    mapping.duration === undefined ? null : fields.number('duration', mapping.duration);
  const draft: QuestionDraft = {
    place,
    id: id?.trim() === '' ? null : id,
    videos: readVideos(fields, mapping),
    question: fields.required('question', mapping.question) ?? '',
    options: readOptions(fields, mapping),
    answer: readAnswer(fields, mapping),
    spans: mappedSpans(fields, mapping),
    ...(duration !== null && { durationSeconds: duration }),
    categories: readLabels(fields, mapping),
    source: value,
  };
  return isWhole ? draft : null;
}

function readVideos(fields: MappedFields, { video, videos }: DatasetMapping): VideoReference[] {
  if (video !== undefined) {
    const name = fields.required('video', video);
    return name === null ? [] : [videoOf(fields, 'video', video, name)];
  }
  const names = severalTexts(fields, 'videos', videos ?? []);
  return names.map((name) => videoOf(fields, 'videos', String(videos), name));
}

/**
 * A name is where the file lies below the folder of videos. The id is the name without extension, with
 * `_` for `/`.
 */
function videoOf(
  fields: MappedFields,
  key: 'video' | 'videos',
  field: string,
  name: string,
): VideoReference {
  const parts = name.split('/');
  const fault = parts.map(faultOfFolderName).find((found) => found !== null);
  if (fault !== undefined)
    fields.refuse(key, field, `must be a path below the folder of videos; a part of it ${fault}`);
  const last = parts.at(-1) ?? '';
  const videoId = [...parts.slice(0, -1), videoIdOf(last) ?? last].join('_');
  return { videoId, files: [name] };
}

/** Of several columns those at the end may be empty: not every question has as many options. */
function readOptions(fields: MappedFields, { options }: DatasetMapping): readonly string[] {
  return options === undefined ? [] : severalTexts(fields, 'options', options);
}

function severalTexts(
  fields: MappedFields,
  key: 'options' | 'videos',
  from: string | readonly string[],
): readonly string[] {
  if (typeof from === 'string') return fields.texts(key, from);
  const cells = from.map((field) => fields.text(key, field) ?? '');
  return cells.slice(0, cells.findLastIndex((cell) => cell.trim() !== '') + 1);
}

function readAnswer(fields: MappedFields, { answer, answerForm }: DatasetMapping): AnswerForm {
  const text = answer === undefined ? null : fields.text('answer', answer);
  if (text === null) return { form: 'none' };
  if (answerForm === 'index') return indexForm(text);
  if (answerForm !== 'index-from-1') return { form: answerForm ?? 'free', text };
  const counted = indexForm(text);
  return counted.form === 'index'
    ? { form: 'index', index: Math.max(-1, counted.index - 1) }
    : counted;
}

function readLabels(
  fields: MappedFields,
  { categories = [] }: DatasetMapping,
): Record<string, readonly string[]> {
  const found = categories.map((field) => [field, fields.labels('categories', field)] as const);
  return Object.fromEntries(found.filter(([, labels]) => labels.length > 0));
}
