/** One flag of the original script, or one that was added beside them. */
export type OriginalFlag = {
  readonly name: OriginalFlagName;
  readonly long: string;
  /** The original's two-letter form, which most argument parsers do not take. */
  readonly short: string | null;
  /** Placeholder of its value; null for a switch. */
  readonly value: string | null;
  readonly description: string;
};

export type OriginalFlagName =
  | 'targetModel'
  | 'framesPath'
  | 'dataFile'
  | 'embeddingsPath'
  | 'outputPath'
  | 'initialFramesNum'
  | 'maxRetryTimes'
  | 'poolProcesses'
  | 'baseUrl'
  | 'apiKey'
  | 'provider'
  | 'imageBaseUrl'
  | 'imageModel'
  | 'imageProvider'
  | 'embeddingModel'
  | 'embeddingPath'
  | 'buildMissing';

/** What stood on the command line, by flag; a flag that was not given is missing or undefined. */
export type OriginalFlagValues = {
  readonly [Name in OriginalFlagName]?:
    (Name extends 'buildMissing' ? boolean : string) | undefined;
};

/** Every flag that `run` takes in place of a configuration file, in the order of the help text. */
export const originalFlags: readonly OriginalFlag[] = [
  flag('targetModel', '--target-model', '-tm', '<model>', 'the model that plans and answers'),
  flag('framesPath', '--frames-path', '-fp', '<folder>', 'one folder of frames per video'),
  flag('dataFile', '--data-file', '-df', '<file>', 'the annotation file'),
  flag('embeddingsPath', '--embeddings-path', '-ep', '<folder>', 'one .pt file per video'),
  flag('outputPath', '--output-path', '-op', '<folder>', 'alone: ./results_image_retrieval'),
  flag('initialFramesNum', '--initial-frames-num', '-ifn', '<n>', 'frames shown first; alone: 8'),
  flag('maxRetryTimes', '--max-retry-times', '-mr', '<n>', 'attempts per model call; alone: 10'),
  flag('poolProcesses', '--pool-processes', '-pp', '<n>', 'items in flight; alone: 10'),
  flag('baseUrl', '--base_url', null, '<url>', 'address of the model that plans and answers'),
  flag('apiKey', '--api_key', null, '<key>', 'refused: export VIDEOQA_API_KEY instead'),
  flag('provider', '--provider', null, '<name>', 'provider of that address; default: by its host'),
  flag('imageBaseUrl', '--image-base-url', null, '<url>', 'address of the image model'),
  flag('imageModel', '--image-model', null, '<model>', 'the model that draws the pictures'),
  flag('imageProvider', '--image-provider', null, '<name>', 'provider of the image model'),
  flag('embeddingModel', '--embedding-model', null, '<id>', 'the model that embeds frames'),
  flag('embeddingPath', '--embedding-path', null, '<folder>', 'its local folder'),
  flag('buildMissing', '--build-missing', null, null, 'embed videos that have no .pt file'),
];

/**
 * Rewrites the original's two-letter flags (`-tm x`, `-tm=x`) to their long forms, everywhere
 * before a `--`. Other arguments pass through.
 */
export function expandOriginalFlags(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  return argv.map((argument, position) => {
    if (end !== -1 && position >= end) return argument;
    const equals = argument.indexOf('=');
    const name = equals === -1 ? argument : argument.slice(0, equals);
    const known = originalFlags.find(({ short }) => short === name);
    return known === undefined ? argument : `${known.long}${argument.slice(name.length)}`;
  });
}

/** Whether any of the flags was given. */
export function hasOriginalFlags(values: OriginalFlagValues): boolean {
  return Object.values(values).some((value) => value !== undefined);
}

function flag(
  name: OriginalFlagName,
  long: string,
  short: string | null,
  value: string | null,
  description: string,
): OriginalFlag {
  return { name, long, short, value, description };
}
