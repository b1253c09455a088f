/** A bundle is read without a kernel; a file that was changed, or that two programs could read differently, is refused. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { readBundle } from '../../../src/core/bundle/contents';
import { BadBundle } from '../../../src/core/bundle/zip';
import { bundleMembers, listed, sha256, zipped, type Members } from '../../zipped';

afterEach(() => {
  vi.unstubAllGlobals();
});

async function refusal(file: Uint8Array): Promise<string> {
  const error: unknown = await readBundle(file).then(
    () => undefined,
    (reason: unknown) => reason
  );
  expect(error).toBeInstanceOf(BadBundle);
  const { message, values } = error as BadBundle;
  return message.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
}

function without(members: Members, name: string): Members {
  return Object.fromEntries(Object.entries(members).filter(([each]) => each !== name));
}

describe('the content of a bundle', () => {
  test('version, variables with sizes and groups, files, environment and digest', async () => {
    const members = listed(bundleMembers());
    const { bundle, hashes } = await readBundle(zipped(members));
    expect(hashes).toBe('right');
    expect(bundle.digest).toBe(sha256(members['manifest-sha256.txt'] ?? ''));
    expect(bundle.version).toMatchObject({ name: 'v7', message: 'say "NaN"', author: 'ada', params: { depth: 4 } });
    expect(bundle.version.metrics).toEqual({ acc: 0.9, loss: 'nan', far: '-inf' });
    expect(bundle.variables.map(one => [one.name, one.size_bytes, one.format, one.needs_trust, one.together])).toEqual([
      ['a', 80, 'json', false, ['a', 'b']],
      ['b', 90, '', false, ['a', 'b']],
      ['model', 1000, '', true, ['model']]
    ]);
    expect(bundle.files.map(one => one.name)).toEqual([
      ...['README.md', 'bundle.json', 'environment.json', 'modules/features.py', 'store/record.json']
    ]);
    expect(bundle.parts).toEqual({ count: 2, size_bytes: 16 });
    expect([bundle.python, bundle.packages]).toEqual(['3.11.7', 2]);
  });

  test('a signature is named, and left to the import', async () => {
    const members = { ...listed(bundleMembers()), 'signature.json': '{"format": 1, "key": "ed25519:abc"}' };
    const { bundle } = await readBundle(zipped(members));
    expect([bundle.signature, bundle.signer]).toEqual(['unchecked', 'ed25519:abc']);
    expect(bundle.files.map(one => one.name)).not.toContain('signature.json');
    const { bundle: unsigned } = await readBundle(zipped(listed(bundleMembers())));
    expect([unsigned.signature, unsigned.signer]).toEqual(['none', '']);
  });

  test('without a secure page the hashes are left to the import', async () => {
    vi.stubGlobal('crypto', {});
    const { bundle, hashes } = await readBundle(zipped(listed(bundleMembers())));
    expect([hashes, bundle.digest]).toEqual(['unknown', '']);
  });

  test('fields of other types are left out', async () => {
    const members = bundleMembers();
    members['bundle.json'] = '{"format": 1, "version": {"name": 7, "metrics": []}, "variables": [{"name": {}}, 3]}';
    members['store/record.json'] = '{"kept": {}, "groups": [{"names": "ab"}]}';
    const { bundle } = await readBundle(zipped(listed(members)));
    expect(bundle.version).toMatchObject({ name: '', metrics: {} });
    expect(bundle.variables.map(one => one.name)).toEqual(['', '']);
  });
});

describe('a file that is refused', () => {
  test('a changed member, named', async () => {
    const members = listed(bundleMembers());
    members['store/parts/00aa'] = 'evil';
    expect(await refusal(zipped(members))).toBe(
      'store/parts/00aa was changed: its hash is not the one in the manifest'
    );
  });

  test('a member that the manifest does not list, and one that is missing', async () => {
    const members = listed(bundleMembers());
    expect(await refusal(zipped({ ...members, 'more.txt': '' }))).toBe('more.txt is not in the manifest');
    const less = without(members, 'README.md');
    expect(await refusal(zipped(less))).toBe('README.md is missing');
    expect(await refusal(zipped(bundleMembers()))).toBe('it has no manifest-sha256.txt');
    expect(await refusal(zipped({ 'manifest-sha256.txt': 'odd\n' }))).toBe('its manifest is malformed');
  });

  test('no zip, a part of one, bytes after its end, a comment', async () => {
    const file = zipped(listed(bundleMembers()));
    for (const data of [new Uint8Array(), new Uint8Array(40), file.subarray(0, -1), file.subarray(1)]) {
      expect(await refusal(data)).not.toBe('');
    }
    expect(await refusal(zipped(listed(bundleMembers()), { comment: 'x' }))).toContain('not a bundle');
  });

  test('a gap, a compressed member, two names that differ in case, a name that is not ASCII', async () => {
    const members = listed(bundleMembers());
    expect(await refusal(zipped(members, { gap: 3 }))).toBe('there are unknown bytes before bundle.json');
    expect(await refusal(zipped(members, { method: 8 }))).toContain('is not stored uncompressed');
    expect(await refusal(zipped({ ...members, 'readme.MD': '' }))).toBe('two members are named readme.MD');
    expect(await refusal(zipped({ 'a\u0001': '' }))).toContain('not ASCII');
  });

  test('headers that contradict each other', async () => {
    const file = zipped(listed(bundleMembers()));
    file[18] = 200;
    expect(await refusal(file)).toBe('the two zip headers of README.md contradict each other');
  });

  test('a newer format, and documents that are no JSON', async () => {
    const members = bundleMembers();
    members['bundle.json'] = '{"format": 4}';
    expect(await refusal(zipped(listed(members)))).toBe('it has bundle format 4; this nbmodelver reads up to 3');
    members['bundle.json'] = '{';
    expect(await refusal(zipped(listed(members)))).toBe('bundle.json is malformed');
    expect(await refusal(zipped(listed(without(members, 'bundle.json'))))).toBe('bundle.json is missing');
  });
});
