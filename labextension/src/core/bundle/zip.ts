/**
 * The members of a bundle. It is untrusted input: a file that two programs could read differently is refused, as the
 * kernel does it (nbmodelver/bundle/archive.py). Members are stored uncompressed and without gaps.
 */

/** A file that is not a bundle, or that was changed. Its message is the reason, for the translator, with its values. */
export class BadBundle extends Error {
  constructor(
    message: string,
    readonly values: { [name: string]: string | number } = {}
  ) {
    super(message);
  }
}

const END = 0x06054b50;
const END_BYTES = 22;
const ENTRY = 0x02014b50;
const ENTRY_BYTES = 46;
const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const STORED = 0;
const MOST_MEMBERS = 200_000;

interface IZipEntry {
  name: string;
  size: number;
  /** Where the local header begins. */
  at: number;
}

/** Returns the bytes of each member by its name. They are views of `file`. Throws BadBundle. */
export function membersOf(file: Uint8Array): Map<string, Uint8Array> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const members = new Map<string, Uint8Array>();
  const seen = new Set<string>();
  let expected = 0;
  const { start, entries } = entriesOf(view);
  for (const { name, size, at } of entries) {
    if (seen.has(name.toLowerCase())) {
      throw new BadBundle('two members are named {name}', { name });
    }
    seen.add(name.toLowerCase());
    if (at !== expected) {
      throw new BadBundle('there are unknown bytes before {name}', { name });
    }
    const from = startOf(view, name, size, at);
    members.set(name, file.subarray(from, from + size));
    expected = from + size;
  }
  if (expected !== start) {
    throw new BadBundle('it has unknown bytes, or a member is incomplete');
  }
  return members;
}

function entriesOf(view: DataView): { start: number; entries: IZipEntry[] } {
  const end = view.byteLength - END_BYTES;
  if (end < 0 || view.getUint32(end, true) !== END || view.getUint16(end + 20, true) !== 0) {
    throw new BadBundle('it is not a bundle, or it is incomplete');
  }
  const count = view.getUint16(end + 10, true);
  const start = view.getUint32(end + 16, true);
  if (count > MOST_MEMBERS || start + view.getUint32(end + 12, true) !== end) {
    throw new BadBundle('its zip directory is not readable');
  }
  const entries: IZipEntry[] = [];
  let at = start;
  while (entries.length < count) {
    if (at + ENTRY_BYTES > end || view.getUint32(at, true) !== ENTRY) {
      throw new BadBundle('its zip directory is not readable');
    }
    const entry = entryAt(view, at);
    entries.push(entry);
    at += ENTRY_BYTES + entry.name.length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  if (at !== end) {
    throw new BadBundle('its zip directory is not readable');
  }
  return { start, entries };
}

function entryAt(view: DataView, at: number): IZipEntry {
  const name = textAt(view, at + ENTRY_BYTES, view.getUint16(at + 28, true));
  const [packed, size] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
  if (view.getUint16(at + 8, true) !== 0 || view.getUint16(at + 10, true) !== STORED || packed !== size) {
    throw new BadBundle('{name} is not stored uncompressed', { name });
  }
  return { name, size, at: view.getUint32(at + 42, true) };
}

/** Returns where the bytes of a member begin. Its local header must equal its entry. */
function startOf(view: DataView, name: string, size: number, at: number): number {
  const from = at + LOCAL_BYTES + name.length;
  if (from + size > view.byteLength) {
    throw new BadBundle('{name} is incomplete', { name });
  }
  const isSame =
    view.getUint32(at, true) === LOCAL &&
    view.getUint32(at + 18, true) === size &&
    view.getUint32(at + 22, true) === size &&
    view.getUint16(at + 26, true) === name.length &&
    view.getUint16(at + 28, true) === 0 &&
    textAt(view, at + LOCAL_BYTES, name.length) === name;
  if (!isSame) {
    throw new BadBundle('the two zip headers of {name} contradict each other', { name });
  }
  return from;
}

/** Returns a name. Names in bundles are ASCII. */
function textAt(view: DataView, at: number, length: number): string {
  if (at + length > view.byteLength) {
    throw new BadBundle('its zip directory is not readable');
  }
  const codes = new Uint8Array(view.buffer, view.byteOffset + at, length);
  if (codes.some(code => code < 32 || code > 126)) {
    throw new BadBundle('a bundle may not have a member whose name is not ASCII');
  }
  return String.fromCharCode(...codes);
}
