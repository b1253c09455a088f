/** Writes bundles for tests, as nbmodelver/bundle/archive.py does: stored members without gaps, the manifest last. */

import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

export type Members = { [name: string]: string };

const MANIFEST = 'manifest-sha256.txt';

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** The members with a manifest that lists them. */
export function listed(members: Members): Members {
  const lines = Object.keys(members)
    .sort()
    .map(name => `${sha256(members[name] ?? '')}  ${name}\n`);
  return { ...members, [MANIFEST]: lines.join('') };
}

interface IZipOptions {
  /** Bytes before the second member. */
  gap?: number;
  method?: number;
  comment?: string;
}

export function zipped(members: Members, { gap = 0, method = 0, comment = '' }: IZipOptions = {}): Uint8Array {
  const [bodies, entries]: [Buffer[], Buffer[]] = [[], []];
  let at = 0;
  Object.entries(members).forEach(([name, text], index) => {
    const data = Buffer.from(text);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(crcOf(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(name.length, 22);
    const space = Buffer.alloc(index === 1 ? gap : 0);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, Buffer.from(name), data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at + space.length, 10);
    entries.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03', 'latin1'), common, tail, Buffer.from(name)]));
    bodies.push(space, local);
    at += space.length + local.length;
  });
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  end.writeUInt16LE(comment.length, 20);
  return new Uint8Array(Buffer.concat([...bodies, directory, end, Buffer.from(comment)]));
}

function crcOf(data: Buffer): number {
  return typeof crc32 === 'function' ? crc32(data) : 0;
}

/** The members of a small bundle, without its manifest. */
export function bundleMembers(): Members {
  const kept = (name: string, group: number, size_bytes: number): object => ({ name, group, size_bytes });
  return {
    'README.md': 'read me',
    'bundle.json': `{"format": 2, "version": {"name": "v7", "message": "say \\"NaN\\"", "author": "ada",
      "saved_at_utc": "2026-11-20T09:30:00.000Z", "params": {"depth": 4}, "metrics": {"acc": 0.9, "loss": NaN, "far": -Infinity}},
      "variables": [{"name": "a", "type": "list", "kind": "other", "needs_trust": false, "format": "json", "file": "variables/a.json"},
        {"name": "b", "type": "list", "kind": "other", "needs_trust": false},
        {"name": "model", "type": "Tree", "kind": "model", "needs_trust": true}], "parts": {}}`,
    'environment.json': '{"python": "3.11.7", "packages": {"numpy": "2.3.4", "pandas": "2.3.3"}}',
    'modules/features.py': 'x = 1',
    'store/parts/00aa': 'part',
    'store/parts/00bb': 'another part',
    'store/record.json': JSON.stringify({
      kept: [kept('a', 0, 80), kept('b', 0, 90), kept('model', 1, 1000)],
      groups: [{ names: ['a', 'b'] }, { names: ['model'] }]
    })
  };
}
