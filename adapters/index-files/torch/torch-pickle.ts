import { advance, integer, line, type PickleCursor, text, unsigned } from './pickle-operands.ts';
import { convertible, damaged, TorchFileError } from './torch-file-error.ts';
import { lookUpGlobal } from './torch-globals.ts';
import { rebuild, rebuildStorage } from './torch-rebuild.ts';
import { isKind, type TorchStorage, type TorchValue } from './torch-values.ts';

/** The pickle of a million names has about 30 MB. */
export const pickleCapBytes = 64 * 2 ** 20;

/** Far above any video: a day at 11 frames a second. */
const valueCap = 1_000_000;
const nestingCap = 64;

export type TorchPickle = {
  readonly value: TorchValue;
  readonly storages: ReadonlyMap<string, TorchStorage>;
  readonly end: number;
};

/** A restricted pickle machine. `made` counts what takes memory: containers, entries, memory slots. */
type Machine = PickleCursor & {
  readonly stack: TorchValue[];
  readonly marks: number[];
  readonly memo: Map<number, TorchValue>;
  readonly storages: Map<string, TorchStorage>;
  made: number;
};

/**
 * Reads one pickle of a torch file as plain data. It knows only the instructions that Python writes
 * for texts, numbers, lists, dicts, paths and tensors (pickle protocols 2 to 5), finds names in a
 * fixed list and never runs anything. Time and memory grow with the bytes, nothing else.
 *
 * @param start  where the pickle begins
 * @returns the value, the storages it refers to by their keys, and the position after the pickle
 * @throws {TorchFileError} for everything else, and for a pickle that is cut short or too large
 */
export function readTorchPickle(bytes: Uint8Array, start = 0): TorchPickle {
  const machine: Machine = {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    at: start,
    stack: [],
    marks: [],
    memo: new Map(),
    storages: new Map(),
    made: 0,
  };
  checkProtocol(machine);
  for (;;) {
    const opcode = unsigned(machine, 1);
    if (opcode === stopOpcode) {
      return { value: pop(machine), storages: machine.storages, end: machine.at };
    }
    const instruction = instructions.get(opcode);
    if (instruction === undefined) {
      throw damaged(`its pickle holds the unknown instruction 0x${opcode.toString(16)}`);
    }
    instruction(machine);
    if (machine.marks.length > nestingCap) throw damaged('its pickle is nested too deeply');
    if (machine.stack.length > valueCap || machine.made > 4 * valueCap) {
      throw new TorchFileError('unsupported', `its pickle holds more than ${valueCap} values`);
    }
  }
}

const protocolOpcode = 0x80;
const stopOpcode = 0x2e;

const instructions: ReadonlyMap<number, (machine: Machine) => void> = new Map([
  [0x95, checkFrame],
  [0x28, (machine) => void machine.marks.push(machine.stack.length)], // MARK
  [0x7d, (machine) => make(machine, { kind: 'dict', entries: new Map() })],
  [0x5d, (machine) => make(machine, { kind: 'list', items: [] })],
  [0x8f, (machine) => make(machine, { kind: 'opaque', what: 'a set' })],
  [0x90, (machine) => void popToMark(machine)], // ADDITEMS to a set
  [0x91, frozenSet],
  [0x29, (machine) => make(machine, { kind: 'tuple', items: [] })],
  [0x85, (machine) => make(machine, { kind: 'tuple', items: popLast(machine, 1) })],
  [0x86, (machine) => make(machine, { kind: 'tuple', items: popLast(machine, 2) })],
  [0x87, (machine) => make(machine, { kind: 'tuple', items: popLast(machine, 3) })],
  [0x74, (machine) => make(machine, { kind: 'tuple', items: popToMark(machine) })],
  [0x61, (machine) => append(machine, popLast(machine, 1))],
  [0x65, (machine) => append(machine, popToMark(machine))],
  [0x73, (machine) => setItems(machine, popLast(machine, 2))],
  [0x75, (machine) => setItems(machine, popToMark(machine))],
  [0x71, (machine) => remember(machine, unsigned(machine, 1))],
  [0x72, (machine) => remember(machine, unsigned(machine, 4))],
  [0x94, (machine) => remember(machine, machine.memo.size)],
  [0x68, (machine) => recall(machine, unsigned(machine, 1))],
  [0x6a, (machine) => recall(machine, unsigned(machine, 4))],
  [0x58, (machine) => push(machine, text(machine, unsigned(machine, 4)))],
  [0x8c, (machine) => push(machine, text(machine, unsigned(machine, 1)))],
  [0x8d, (machine) => push(machine, text(machine, unsigned(machine, 8)))],
  [0x55, (machine) => push(machine, text(machine, unsigned(machine, 1)))], // str of Python 2
  [0x54, (machine) => push(machine, text(machine, unsigned(machine, 4)))],
  [0x43, (machine) => skipBytes(machine, unsigned(machine, 1))],
  [0x42, (machine) => skipBytes(machine, unsigned(machine, 4))],
  [0x8e, (machine) => skipBytes(machine, unsigned(machine, 8))],
  [0x96, (machine) => skipBytes(machine, unsigned(machine, 8))],
  [0x4b, (machine) => push(machine, unsigned(machine, 1))],
  [0x4d, (machine) => push(machine, unsigned(machine, 2))],
  [0x4a, (machine) => push(machine, integer(machine, 4))],
  [0x8a, (machine) => push(machine, integer(machine, unsigned(machine, 1)))],
  [0x8b, (machine) => push(machine, integer(machine, unsigned(machine, 4)))],
  [0x47, (machine) => push(machine, machine.view.getFloat64(advance(machine, 8)))],
  [0x4e, (machine) => push(machine, null)],
  [0x88, (machine) => push(machine, true)],
  [0x89, (machine) => push(machine, false)],
  [0x63, (machine) => push(machine, lookUpGlobal(line(machine), line(machine)))],
  [0x93, globalFromStack],
  [0x51, referToStorage],
  [0x52, callGlobal],
  [0x62, setState],
]);

function checkProtocol(machine: Machine): void {
  const begins = unsigned(machine, 1) === protocolOpcode;
  const protocol = begins ? unsigned(machine, 1) : 'below 2';
  if (typeof protocol === 'number' && protocol >= 2 && protocol <= 5) return;
  throw convertible(`it is pickled with protocol ${protocol}, not 2 to 5`, {
    runsItsCode: true,
  });
}

/** A frame only says how many of the bytes that follow belong together. */
function checkFrame(machine: Machine): void {
  const length = unsigned(machine, 8);
  if (length > machine.bytes.length - machine.at) throw damaged('its pickle is cut short');
}

function globalFromStack(machine: Machine): void {
  const [module, name] = popLast(machine, 2);
  if (typeof module !== 'string' || typeof name !== 'string') {
    throw damaged('its pickle names a global by what is not text');
  }
  push(machine, lookUpGlobal(module, name));
}

function callGlobal(machine: Machine): void {
  const [callee, argument] = popLast(machine, 2);
  make(machine, rebuild(callee ?? null, argument ?? null));
}

function referToStorage(machine: Machine): void {
  const storage = rebuildStorage(pop(machine));
  const known = machine.storages.get(storage.key) ?? storage;
  if (known.bytes !== storage.bytes) throw damaged(`storage "${storage.key}" has two sizes`);
  machine.storages.set(storage.key, known);
  make(machine, storage);
}

/** Attributes of an object, such as the versions torch notes on the dict of a model's weights. */
function setState(machine: Machine): void {
  const [target] = popLast(machine, 2);
  if (!isKind(target, 'dict') && !isKind(target, 'opaque')) {
    throw damaged('its pickle gives attributes to what has none');
  }
  push(machine, target);
}

function append(machine: Machine, values: readonly TorchValue[]): void {
  const list = machine.stack.at(-1);
  if (!isKind(list, 'list')) throw damaged('its pickle appends to what is not a list');
  for (const value of values) list.items.push(value);
  machine.made += values.length;
}

function setItems(machine: Machine, pairs: readonly TorchValue[]): void {
  const dict = machine.stack.at(-1);
  if (!isKind(dict, 'dict') || pairs.length % 2 !== 0) {
    throw damaged('its pickle fills what is not a dict');
  }
  for (let at = 0; at < pairs.length; at += 2) {
    dict.entries.set(pairs[at] ?? null, pairs[at + 1] ?? null);
  }
  machine.made += pairs.length;
}

function remember(machine: Machine, slot: number): void {
  const value = machine.stack.at(-1);
  if (value === undefined) throw damaged('its pickle remembers nothing');
  machine.memo.set(slot, value);
  machine.made += 1;
}

function recall(machine: Machine, slot: number): void {
  const value = machine.memo.get(slot);
  if (value === undefined) throw damaged('its pickle recalls what it never remembered');
  push(machine, value);
}

function skipBytes(machine: Machine, length: number): void {
  advance(machine, length);
  make(machine, { kind: 'opaque', what: 'a bytes object' });
}

function frozenSet(machine: Machine): void {
  popToMark(machine);
  make(machine, { kind: 'opaque', what: 'a set' });
}

function push(machine: Machine, value: TorchValue): void {
  machine.stack.push(value);
}

function make(machine: Machine, value: TorchValue): void {
  machine.made += 1;
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
