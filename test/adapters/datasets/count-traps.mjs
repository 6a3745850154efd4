// Counts the traps in annotation files without any code of the product: an independent second count.
//
//   node count-traps.mjs <folder>
//
// prints, for every file below the folder by its path, {"records": n, "traps": {kind: n}} as JSON; a file
// that only belongs to another one (answers, spans, maps) has {"companion": true}.
//
// Counts are of records: a record that has a trap twice counts once. Texts are equal if they are so
// after trimming. A record's texts are its question, options and answer and all of its other fields
// or cells that hold text.
//
// duplicate_id           the id is that of an earlier record. The id is question_id of pairs and of IG-VLM's
//                        tables (video_id in TGIF's, where question_id is the GIF), video and qid of NExT-QA
//                        and NExT-GQA, q_uid of EgoSchema, video_id of the MVBench list, video and question
//                        together of MLVU.
// duplicate_question     video (with the bounds of its clip, where it has any) and question are those of
//                        an earlier record; counted once however often they come
// equal_options          two options are equal
// single_option          there is one option alone
// empty_question, empty_options, empty_answer   the question, an option, the answer is empty
// answer_not_in_options  the answer is not empty and no option: equal to none, nor when case is
//                        ignored; or a number beyond them; or number and text that differ
//                        (or a letter where the question lists no options: none of these files has any)
// answer_ambiguous       the answer is equal to several options
// outer_blanks           a text begins or ends with blanks
// line_break             a text holds a line break
// missing_gold           there is no answer to the question in its companion file
// missing_column         a field that every record needs is not there
// span_after_duration    an evidence span ends after the video
// empty_spans            there are no evidence spans, in a set that has some; and once for each video
//                        that the file of spans lists without any
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: node count-traps.mjs <folder>');
const result = {};
for (const file of filesBelow(folder)) result[relative(folder, file)] = countFile(file);
console.log(JSON.stringify(result, null, 2));

function filesBelow(path) {
  return readdirSync(path, { withFileTypes: true })
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))
    .flatMap((entry) => {
      const inner = join(path, entry.name);
      return entry.isDirectory() ? filesBelow(inner) : [inner];
    });
}

function countFile(file) {
  const text = readFileSync(file, 'utf8');
  const read = file.endsWith('.csv') ? readTable(text, file) : readJson(JSON.parse(text), file);
  if (read === null) return { companion: true };
  return { records: read.records.length, traps: countTraps(read) };
}

function readJson(value, file) {
  if (!Array.isArray(value)) return null;
  const names = new Set(value.flatMap((record) => Object.keys(record)));
  if (names.has('conversations')) return { records: value.map(ofMvbenchList) };
  if (names.has('q_uid')) return readEgoschema(value, file);
  if (names.has('question_type')) return { records: value.map(ofMlvu) };
  return names.has('question') ? readPair(value, file) : null;
}

function readPair(questions, file) {
  const companion = join(dirname(file), basename(file).replace('_q.', '_a.'));
  const answers = existsSync(companion) ? JSON.parse(readFileSync(companion, 'utf8')) : [];
  const byId = new Map(answers.map((answer) => [answer.question_id, answer]));
  return {
    records: questions.map((record) => {
      const found = byId.get(record.question_id);
      return {
        id: record.question_id,
        video: record.video_name,
        question: record.question,
        answer: found === undefined ? {} : { text: found.answer },
        texts: [...textsOf(record), ...textsOf(found ?? {})],
      };
    }),
  };
}

function readEgoschema(questions, file) {
  const name = readdirSync(dirname(file)).find((other) => other.startsWith('subset_answers.'));
  const answers = JSON.parse(readFileSync(join(dirname(file), name), 'utf8'));
  return {
    records: questions.map((record) => ({
      id: record.q_uid,
      video: record.q_uid,
      question: record.question,
      options: [0, 1, 2, 3, 4].map((number) => record[`option ${number}`]),
      answer: record.q_uid in answers ? { index: answers[record.q_uid] } : {},
      texts: textsOf(record),
    })),
  };
}

function ofMlvu(record) {
  const { video, question, candidates, answer } = record;
  return {
    id: JSON.stringify([video, question]),
    video,
    question,
    options: candidates,
    answer: { text: answer },
    texts: [...textsOf(record), ...(candidates ?? [])],
  };
}

function ofMvbenchList(record) {
  const { question, choices, answer } = record.conversations[0];
  return {
    id: record.video_id,
    video: JSON.stringify([record.video_path, record.clip]),
    question,
    options: choices,
    answer: { text: answer },
    texts: [...textsOf(record), question, answer, ...choices],
  };
}

function readTable(text, file) {
  const [names, ...lines] = cellsOf(text);
  const rows = lines.map((cells) => {
    if (cells.length !== names.length) throw new Error(`${file}: a row with ${cells.length} cells`);
    return Object.fromEntries(names.map((name, index) => [name, cells[index]]));
  });
  if (names.includes('video_name')) return { records: rows.map(ofIgvlm) };
  const spans = names.includes('video_id') ? readSpans(file) : null;
  return {
    hasSpans: spans !== null,
    emptyVideos: Object.values(spans ?? {}).filter(
      ({ location }) => Object.keys(location).length === 0,
    ).length,
    records: rows.map((row) => ofNextqa(row, spans)),
  };
}

function readSpans(file) {
  const [split] = basename(file).split('.');
  const name = basename(file).replace(split, `gsub_${split}`).replace('.csv', '.json');
  return JSON.parse(readFileSync(join(dirname(file), name), 'utf8'));
}

function ofNextqa(row, spans) {
  const video = row.video ?? row.video_id;
  const seen = spans?.[video];
  return {
    id: `${video} ${row.qid}`,
    video,
    question: row.question,
    options: optionsOf(row),
    answer: spans === null ? { index: Number(row.answer) } : { text: row.answer },
    texts: textsOf(row),
    spans: seen?.location[row.qid] ?? [],
    duration: seen?.duration ?? Infinity,
  };
}

function ofIgvlm(row) {
  return {
    id: row.video_id?.startsWith('FRAMEQA') ? row.video_id : row.question_id,
    video: row.video_name,
    question: row.question,
    options: optionsOf(row),
    answer: {
      text: row.answer,
      ...(row.answer_number !== undefined && { index: Number(row.answer_number) }),
    },
    texts: textsOf(row),
  };
}

function optionsOf(row) {
  const names = Object.keys(row).filter((name) => /^a\d$/.test(name));
  return names.length === 0 ? undefined : names.map((name) => row[name]);
}

function textsOf(record) {
  return Object.values(record).filter((value) => typeof value === 'string');
}

/** Rows of a CSV as RFC 4180 has it. */
// oxlint-disable-next-line complexity -- a scanner is one look at one sign
function cellsOf(text) {
  const rows = [[]];
  let cell = '';
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (isQuoted && sign === '"' && text[at + 1] === '"') {
      cell += '"';
      at += 1;
    } else if (isQuoted) {
      if (sign === '"') isQuoted = false;
      else cell += sign;
    } else if (sign === '"' && cell === '') isQuoted = true;
    else if (sign === ',' || sign === '\n') {
      rows.at(-1).push(sign === '\n' ? cell.replace(/\r$/, '') : cell);
      cell = '';
      if (sign === '\n') rows.push([]);
    } else cell += sign;
  }
  if (cell !== '' || rows.at(-1).length > 0) rows.at(-1).push(cell);
  return rows.filter((row) => row.length > 0);
}

function countTraps({ records, hasSpans = false, emptyVideos = 0 }) {
  const counts = {};
  const count = (kind, times = 1) => {
    if (times > 0) counts[kind] = (counts[kind] ?? 0) + times;
  };
  const ids = new Set();
  const asked = new Map();
  for (const record of records) {
    const { id, video, question, texts } = record;
    if (question === undefined) {
      count('missing_column');
      continue;
    }
    if (ids.has(id)) count('duplicate_id');
    ids.add(id);
    const key = JSON.stringify([video, question.trim()]);
    asked.set(key, (asked.get(key) ?? 0) + 1);
    if (asked.get(key) === 2) count('duplicate_question');
    if (question.trim() === '') count('empty_question');
    if (texts.some((text) => text.trim() !== text)) count('outer_blanks');
    if (texts.some((text) => /[\r\n]/.test(text))) count('line_break');
    countOptions(record, count);
    countAnswer(record, count);
    if (hasSpans) countSpans(record, count);
  }
  count('empty_spans', emptyVideos);
  return counts;
}

function countOptions({ options }, count) {
  if (options === undefined) return;
  const texts = options.map((option) => option.trim());
  if (texts.length === 1) count('single_option');
  if (texts.includes('')) count('empty_options');
  if (texts.some((text, index) => texts.indexOf(text) !== index)) count('equal_options');
}

function countAnswer({ options, answer: { text, index } }, count) {
  if (text === undefined && index === undefined) count('missing_gold');
  if (text?.trim() === '') count('empty_answer');
  if (options === undefined || (text === undefined && index === undefined)) return;
  const texts = options.map((option) => option.trim());
  if (index === undefined) countText(texts, text.trim(), count);
  else if (!isOption(texts[index], text)) count('answer_not_in_options');
}

function isOption(option, text) {
  return option !== undefined && (text === undefined || option === text.trim());
}

function countText(texts, wanted, count) {
  const equal = texts.filter((option) => option === wanted).length;
  const alike = texts.filter((option) => option.toLowerCase() === wanted.toLowerCase()).length;
  const fitting = equal === 0 ? alike : equal;
  if (fitting > 1) count('answer_ambiguous');
  if (fitting === 0 && wanted !== '') count('answer_not_in_options');
}

function countSpans({ spans, duration }, count) {
  if (spans.length === 0) count('empty_spans');
  if (spans.some(([, end]) => end > duration)) count('span_after_duration');
}
