import type { ErrorRow } from './error-row.ts';

const anyRefusal = [{ from: 400, to: 500 }] as const;
const fewerFrames = 'show fewer or smaller frames';
const imageCode =
  /^(invalid_image|image_(too_large|parse_error)|invalid_base64_image|invalidimage|invalidparameter\.image|unsupported_image)/;

/** What a provider refuses about one item: its words, its pictures, its length. */
export const contentErrorRows: readonly ErrorRow[] = [
  {
    row: 19,
    class: 'refused_output',
    action: 'fail',
    remedy: 'redraw',
    status: anyRefusal,
    code: /^output(image|video|text)(sensitivecontent|risk)/,
  },
  {
    row: 19,
    class: 'refused_output',
    action: 'fail',
    remedy: 'redraw',
    status: anyRefusal,
    code: /^data_?inspection_?failed/,
    wording: /\boutput data\b/i,
  },
  {
    row: 19,
    class: 'refused_input',
    action: 'fail',
    status: anyRefusal,
    code: /^((input(text|image|video))?(sensitivecontent|risk)detect|data_?inspection_?failed)/,
  },
  {
    row: 18,
    class: 'refused_input',
    action: 'fail',
    status: anyRefusal,
    code: /^(content_filter|content_policy_violation|moderation_blocked|invalid_prompt|responsibleaipolicyviolation)/,
  },
  {
    row: 17,
    class: 'context_length',
    action: 'fail',
    remedy: 'fewer-frames',
    status: anyRefusal,
    code: /^context_length_exceeded$/,
    hint: fewerFrames,
  },
  {
    // One text alone: no frame of it is too many.
    row: 17,
    class: 'context_length',
    action: 'fail',
    status: anyRefusal,
    code: /^string_above_max_length$/,
  },
  {
    row: 17,
    class: 'context_length',
    action: 'fail',
    remedy: 'fewer-frames',
    status: [400, 413, 422],
    wording:
      /maximum context length|context window|input length|prompt is too long|too many tokens|longer than the maximum model length/i,
    hint: fewerFrames,
  },
  {
    // What it could not fetch it has not judged: other bytes would not help.
    row: 24,
    class: 'bad_media',
    action: 'fail',
    status: anyRefusal,
    code: imageCode,
    wording: /\b(download|fetch)/i,
  },
  {
    row: 24,
    class: 'bad_media',
    action: 'fail',
    status: [400, 413, 422],
    wording:
      /\b(images?|pictures?|media|multimodal)\b.*\b(download|fetch)|\b(download|fetch)[^.]*\b(images?|pictures?|media|multimodal)\b/i,
  },
  {
    row: 24,
    class: 'bad_media',
    action: 'fail',
    remedy: 're-encode',
    status: anyRefusal,
    code: imageCode,
  },
  {
    row: 24,
    class: 'bad_media',
    action: 'fail',
    remedy: 're-encode',
    status: [400, 413, 422],
    wording:
      /\b(images?|pictures?|multimodal file)\b.*\b(invalid|corrupt\w*|decod\w+|too large|unsupported|not supported|not legal|may be provided)\b|\b(valid|invalid|unsupported|corrupt|too many|identify)\b[^.]*\bimages?\b/i,
  },
];
