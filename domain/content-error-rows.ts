import type { ErrorRow } from './error-row.ts';

const anyRefusal = [{ from: 400, to: 500 }] as const;
const fewerFrames = 'show fewer or smaller frames';

/** What a provider refuses about one item: its words, its pictures, its length. */
export const contentErrorRows: readonly ErrorRow[] = [
  // The output of an image model is drawn anew each time: once more.
  {
    row: 19,
    class: 'refused_output',
    action: 'retry',
    maxRetries: 1,
    status: anyRefusal,
    code: /^output(image|video|text)(sensitivecontent|risk)/,
  },
  {
    row: 19,
    class: 'refused_output',
    action: 'retry',
    maxRetries: 1,
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
    status: anyRefusal,
    code: /^(context_length_exceeded|string_above_max_length)$/,
    hint: fewerFrames,
  },
  {
    row: 17,
    class: 'context_length',
    action: 'fail',
    status: [400, 413, 422],
    wording:
      /maximum context length|context window|input length|prompt is too long|too many tokens|longer than the maximum model length/i,
    hint: fewerFrames,
  },
  {
    row: 24,
    class: 'bad_media',
    action: 'fail',
    status: anyRefusal,
    code: /^(invalid_image|image_(too_large|parse_error)|invalid_base64_image|invalidimage|invalidparameter\.image|unsupported_image)/,
  },
  {
    row: 24,
    class: 'bad_media',
    action: 'fail',
    status: [400, 413, 422],
    wording:
      /\b(images?|pictures?|multimodal file)\b.*\b(invalid|corrupt\w*|decod\w+|download\w*|too large|unsupported|not supported|not legal|may be provided)\b|\b(valid|invalid|unsupported|corrupt|too many|identify|download)\b[^.]*\bimages?\b/i,
  },
];
