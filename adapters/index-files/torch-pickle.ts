import { convertible, damaged } from './torch-file-error.ts';
import { isKind, lookUpGlobal, rebuild, rebuildStorage, type TorchValue } from './torch-values.ts';

/** Python writes lists in portions of 1,000, so a sound stack stays far below this. */
const stackCap = 100_000;
const nestingCap = 64;
/** Dicts, lists and tuples in one file; a sound one has about ten. */
const containerCap = 10_000;
/** Names and other remembered values. */
const memoCap = 5_000_000;

type Machine = {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
  readonly stack: TorchValue[];
  readonly marks: number[];
  readonly memo: Map<number, TorchValue>;
  containers: number;
};

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads the pickle of a torch file as plain data. A restricted reader: it knows only the
 * instructions that `torch.save` writes for texts, lists, dicts and tensors (pickle protocol 2),
 * finds names in a fixed list and never runs anything.
 *
 * @throws {TorchFileError} for everything else, and for a pickle that is cut short or too large
 */
export function readTorchPickle(bytes: Uint8Array): TorchValue {
  const machine: Machine = {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    at: 0,
    stack: [],
    marks: [],
    memo: new Map(),
    containers: 0,
  };
  for (;;) {
    const opcode = unsigned(machine, 1);
    if (opcode === stopOpcode) return pop(machine);
    const instruction = instructions.get(opcode);
    if (instruction === undefined) {
      throw damaged(`its pickle holds the unknown instruction 0x${opcode.toString(16)}`);
    }
    instruction(machine);
    if (machine.stack.length > stackCap || machine.marks.length > nestingCap) {
      throw damaged('its pickle is nested too deeply');
    }
  }
}

const stopOpcode = 0x2e;

const instructions: ReadonlyMap<number, (machine: Machine) => void> = new Map([
  [0x80, checkProtocol],
  [0x28, (machine) => void machine.marks.push(machine.stack.length)], // MARK
  [0x7d, (machine) => pushContainer(machine, { kind: 'dict', entries: new Map() })],
  [0x5d, (machine) => pushContainer(machine, { kind: 'list', items: [] })],
  [0x29, (machine) => pushTuple(machine, [])],
  [0x85, (machine) => pushTuple(machine, popLast(machine, 1))],
  [0x86, (machine) => pushTuple(machine, popLast(machine, 2))],
  [0x87, (machine) => pushTuple(machine, popLast(machine, 3))],
  [0x74, (machine) => pushTuple(machine, popToMark(machine))],
  [0x61, (machine) => append(machine, [pop(machine)])],
  [0x65, (machine) => append(machine, popToMark(machine))],
  [0x73, (machine) => setItems(machine, popLast(machine, 2))],
  [0x75, (machine) => setItems(machine, popToMark(machine))],
  [0x71, (machine) => remember(machine, unsigned(machine, 1))],
  [0x72, (machine) => remember(machine, unsigned(machine, 4))],
  [0x68, (machine) => recall(machine, unsigned(machine, 1))],
  [0x6a, (machine) => recall(machine, unsigned(machine, 4))],
  [0x58, (machine) => push(machine, text(machine, unsigned(machine, 4)))],
  [0x4b, (machine) => push(machine, unsigned(machine, 1))],
  [0x4d, (machine) => push(machine, unsigned(machine, 2))],
  [0x4a, (machine) => push(machine, machine.view.getInt32(advance(machine, 4), true))],
  [0x8a, (machine) => push(machine, longInteger(machine))],
  [0x47, (machine) => push(machine, machine.view.getFloat64(advance(machine, 8)))],
  [0x4e, (machine) => push(machine, null)],
  [0x88, (machine) => push(machine, true)],
  [0x89, (machine) => push(machine, false)],
  [0x63, (machine) => push(machine, lookUpGlobal(line(machine), line(machine)))],
  [0x51, (machine) => push(machine, rebuildStorage(pop(machine)))],
  [0x52, callGlobal],
]);

function checkProtocol(machine: Machine): void {
  const protocol = unsigned(machine, 1);
  if (machine.at !== 2) throw damaged('its pickle begins twice');
  if (protocol !== 2) {
    throw convertible('unsupported', `it is pickled with protocol ${protocol}, not 2`, {
      runsItsCode: true,
    });
  }
}

function callGlobal(machine: Machine): void {
  const [callee, argument] = popLast(machine, 2);
  push(machine, rebuild(callee ?? null, argument ?? null));
}

function append(machine: Machine, values: readonly TorchValue[]): void {
  const list = machine.stack.at(-1);
  if (!isKind(list, 'list')) throw damaged('its pickle appends to what is not a list');
  for (const value of values) list.items.push(value);
}

function setItems(machine: Machine, pairs: readonly TorchValue[]): void {
  const dict = machine.stack.at(-1);
  if (!isKind(dict, 'dict') || pairs.length % 2 !== 0) {
    throw damaged('its pickle fills what is not a dict');
  }
  for (let at = 0; at < pairs.length; at += 2) {
    const key = pairs[at];
    if (typeof key !== 'string') throw damaged('a dict has a key that is not text');
    dict.entries.set(key, pairs[at + 1] ?? null);
  }
}

function remember(machine: Machine, slot: number): void {
  const value = machine.stack.at(-1);
  if (value === undefined) throw damaged('its pickle remembers nothing');
  machine.memo.set(slot, value);
  if (machine.memo.size > memoCap) throw damaged('its pickle remembers too much');
}

function recall(machine: Machine, slot: number): void {
  const value = machine.memo.get(slot);
  if (value === undefined) throw damaged('its pickle recalls what it never remembered');
  push(machine, value);
}

function push(machine: Machine, value: TorchValue): void {
  machine.stack.push(value);
}

function pushTuple(machine: Machine, items: readonly TorchValue[]): void {
  pushContainer(machine, { kind: 'tuple', items });
}

function pushContainer(machine: Machine, value: TorchValue): void {
  machine.containers += 1;
  if (machine.containers > containerCap) throw damaged('its pickle holds too many lists');
  push(machine, value);
}

function pop(machine: Machine): TorchValue {
  return popLast(machine, 1)[0] ?? null;
}

function popLast(machine: Machine, count: number): TorchValue[] {
  if (machine.stack.length - count < (machine.marks.at(-1) ?? 0)) {
    throw damaged('its pickle takes more values than it has');
  }
  return machine.stack.splice(-count);
}

function popToMark(machine: Machine): TorchValue[] {
  const mark = machine.marks.pop();
  if (mark === undefined) throw damaged('its pickle ends a group it never began');
  return machine.stack.splice(mark);
}

/** Moves past `count` bytes and gives the position of the first. */
function advance(machine: Machine, count: number): number {
  const start = machine.at;
  if (start + count > machine.bytes.length) throw damaged('its pickle is cut short');
  machine.at += count;
  return start;
}

function unsigned(machine: Machine, size: 1 | 2 | 4): number {
  const start = advance(machine, size);
  if (size === 1) return machine.view.getUint8(start);
  return size === 2 ? machine.view.getUint16(start, true) : machine.view.getUint32(start, true);
}

/** A two's complement integer of up to 8 bytes: torch writes offsets above 2^31 so. */
function longInteger(machine: Machine): number {
  const size = unsigned(machine, 1);
  const start = advance(machine, size);
  if (size > 8) throw damaged('a number is too large');
  let value = 0n;
  for (let at = 0; at < size; at++) {
    value |= BigInt(machine.view.getUint8(start + at)) << BigInt(8 * at);
  }
  return Number(BigInt.asIntN(8 * size, value));
}

function text(machine: Machine, length: number): string {
  const start = advance(machine, length);
  return decode(machine.bytes.subarray(start, start + length));
}

function line(machine: Machine): string {
  const end = machine.bytes.indexOf(0x0a, machine.at);
  if (end === -1) throw damaged('its pickle is cut short');
  const start = advance(machine, end + 1 - machine.at);
  return decode(machine.bytes.subarray(start, end));
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw damaged('a text is not UTF-8');
  }
}
