import type { IBundle, IBundleVariable } from '../protocol/messages';
import { BadBundle, membersOf } from './zip';

/** How the hashes of the manifest agree with the file. unknown: this page cannot compute them. */
export type HashCheck = 'right' | 'unknown';

export interface IBundleReading {
  bundle: IBundle;
  hashes: HashCheck;
}

const MANIFEST = 'manifest-sha256.txt';
const PARTS = 'store/parts/';
const SIGNATURE = 'signature.json';
const NEWEST_FORMAT = 3;

type Table = { [key: string]: unknown };
type Members = Map<string, Uint8Array>;

/**
 * Reads a bundle without a kernel. Nothing of it runs. Browsers compute hashes only on pages from https or from this
 * machine; elsewhere they are checked by the import. Rejects with BadBundle.
 */
export async function readBundle(file: Uint8Array): Promise<IBundleReading> {
  const members = membersOf(file);
  const manifest = members.get(MANIFEST);
  if (!manifest) {
    throw new BadBundle('it has no {name}', { name: MANIFEST });
  }
  const listed = listedHashes(manifest, members);
  const digester = (globalThis.crypto as Crypto | undefined)?.subtle;
  if (digester) {
    for (const [name, hash] of listed) {
      if ((await sha256(digester, members.get(name) as Uint8Array)) !== hash) {
        throw new BadBundle('{name} was changed: its hash is not the one in the manifest', { name });
      }
    }
  }
  const digest = digester ? await sha256(digester, manifest) : '';
  return { bundle: described(members, digest), hashes: digester ? 'right' : 'unknown' };
}

/** Returns the SHA-256 of each member. The manifest must list every member but itself and its signature. */
function listedHashes(manifest: Uint8Array, members: Members): Map<string, string> {
  const listed = new Map<string, string>();
  for (const line of new TextDecoder().decode(manifest).split('\n').slice(0, -1)) {
    const [, hash, name] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
    if (hash === undefined || name === undefined) {
      throw new BadBundle('its manifest is malformed');
    }
    listed.set(name, hash);
  }
  const odd =
    [...members.keys()].find(name => name !== MANIFEST && name !== SIGNATURE && !listed.has(name)) ??
    [...listed.keys()].find(name => !members.has(name));
  if (odd !== undefined) {
    throw new BadBundle(members.has(odd) ? '{name} is not in the manifest' : '{name} is missing', { name: odd });
  }
  return listed;
}

async function sha256(digester: SubtleCrypto, data: Uint8Array): Promise<string> {
  const hash = new Uint8Array(await digester.digest('SHA-256', data as Uint8Array<ArrayBuffer>));
  return [...hash].map(byte => byte.toString(16).padStart(2, '0')).join('');
}

function described(members: Members, digest: string): IBundle {
  const data = json(members, 'bundle.json');
  if (typeof data['format'] === 'number' && data['format'] > NEWEST_FORMAT) {
    throw new BadBundle('it has bundle format {found}; this nbmodelver reads up to {newest}', {
      found: data['format'],
      newest: NEWEST_FORMAT
    });
  }
  const version = table(data['version']);
  const environment = members.has('environment.json') ? json(members, 'environment.json') : {};
  const sizes = [...members].map(([name, bytes]) => ({ name, size_bytes: bytes.length }));
  const parts = sizes.filter(({ name }) => name.startsWith(PARTS));
  return {
    version: {
      name: text(version['name']),
      message: text(version['message']),
      note: text(version['note']),
      author: text(version['author']),
      saved_at_utc: text(version['saved_at_utc']),
      params: table(version['params']) as IBundle['version']['params'],
      metrics: table(version['metrics']) as IBundle['version']['metrics']
    },
    variables: variablesOf(list(data['variables']), json(members, 'store/record.json')),
    files: sizes.filter(({ name }) => name !== MANIFEST && name !== SIGNATURE && !name.startsWith(PARTS)),
    parts: { count: parts.length, size_bytes: parts.reduce((sum, { size_bytes }) => sum + size_bytes, 0) },
    python: text(environment['python']),
    packages: Object.keys(table(environment['packages'])).length,
    digest,
    signature: members.has(SIGNATURE) ? 'unchecked' : 'none',
    signer: members.has(SIGNATURE) ? text(json(members, SIGNATURE)['key']) : ''
  };
}

/** listed: of bundle.json, with the formats. record: the version, with sizes and groups. */
function variablesOf(listed: Table[], record: Table): IBundleVariable[] {
  const kept = new Map(list(record['kept']).map(one => [text(one['name']), one]));
  const groups = list(record['groups']).map(one => (one['names'] as unknown[] | undefined) ?? []);
  return listed.map(one => {
    const name = text(one['name']);
    const { size_bytes, group } = kept.get(name) ?? {};
    const together = groups[typeof group === 'number' ? group : -1];
    return {
      name,
      kind: text(one['kind']),
      type: text(one['type']),
      size_bytes: typeof size_bytes === 'number' ? size_bytes : 0,
      format: text(one['format']),
      needs_trust: one['needs_trust'] === true,
      together: Array.isArray(together) ? together.map(text) : [name]
    };
  });
}

/** Numbers that JSON does not have, which Python writes nevertheless, become the words of metrics. */
const NO_JSON = /("(?:[^"\\]|\\.)*")|-?\b(?:NaN|Infinity)\b/g;
const WORDS: { [number: string]: string } = { NaN: '"nan"', Infinity: '"inf"', '-Infinity': '"-inf"' };

function json(members: Members, name: string): Table {
  const bytes = members.get(name);
  if (!bytes) {
    throw new BadBundle('{name} is missing', { name });
  }
  try {
    const source = new TextDecoder().decode(bytes);
    return table(
      JSON.parse(source.replace(NO_JSON, (found: string, quoted?: string) => quoted ?? WORDS[found] ?? 'null'))
    );
  } catch {
    throw new BadBundle('{name} is malformed', { name });
  }
}

function table(value: unknown): Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Table) : {};
}

function list(value: unknown): Table[] {
  return Array.isArray(value) ? value.map(table) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
