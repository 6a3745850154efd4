import { utf8ToBytes } from '@noble/hashes/utils.js';
import { sha256Hex } from '../hashing.ts';

/**
 * Whether a name from a data file can be one part of a path: it names a file or folder where it
 * stands, and leads nowhere else. It may still not be there.
 */
export function isPathPart(name: string): boolean {
  return !/^\.{0,2}$|[/\\\0]/.test(name);
}

/** Windows takes these for devices, whatever comes behind a dot. */
const device =
  /^(?:con|prn|aux|nul|clock\$|conin\$|conout\$|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])(?: *\.| *$)/i;

/** What we end names with, so that nobody's own name can be taken for one of these. */
const ourEnding = /-[0-9a-f]{16}$|-sample-\d+$/;

/** Bytes of a name, so that an ending still fits into the 255 of common file systems. */
const mostBytes = 180;

/**
 * A name from a data file as the name of one new file or folder, on every common file system: as it
 * is where it can be, else what is left of it and 16 digits of its hash. Two names never become one,
 * also where accents can be written in two ways.
 */
export function fileNameOf(name: string): string {
  return canStandAlone(name) ? name : withHash(name);
}

/** The same where upper and lower case are one, too: such a system must not mix two items. */
export function distinctFileName(name: string): string {
  return canStandAlone(name) && /^[\x20-\x7e]*$/.test(name) && name === name.toLowerCase()
    ? name
    : withHash(name);
}

function canStandAlone(name: string): boolean {
  return (
    /^[\p{L}\p{N}_@#+=,. -]+$/u.test(name) &&
    !/^[. ]|[. ]$/.test(name) &&
    !device.test(name) &&
    !ourEnding.test(name) &&
    name.normalize('NFC') === name &&
    utf8ToBytes(name).length <= mostBytes
  );
}

function withHash(name: string): string {
  const safe = name.replace(/[^\p{L}\p{N}_@#+=,. -]/gu, '_').replace(/^[. ]+|[. ]+$/g, '_');
  const beginning = /^.{0,40}/su.exec(safe)?.[0] ?? '';
  return `${device.test(beginning) ? '_' : ''}${beginning}-${sha256Hex(name).slice(0, 16)}`;
}
