"""A reader of stores written from FORMAT.md alone: it imports nothing of nbmodelver.

It is deliberately slow and simple. A change of the store that breaks this file breaks existing stores.
"""

import json
import struct
from pathlib import Path

import xxhash
import zstandard
from blake3 import blake3


class Stranger:
    """The parts, refs, records and forgotten versions in the folder of a store."""

    def __init__(self, folder, packs=True):
        self.folder = Path(folder)
        assert json.loads((self.folder / "format").read_text())["readable_by"] <= 2
        self.places = {}
        for path in sorted((self.folder / "packs").iterdir()) if packs else ():
            self.read_pack(path)

    def read_pack(self, path):
        data = path.read_bytes()
        magic, version, zero, name = struct.unpack_from("<8sII16s", data)
        assert (magic, version, zero, name.hex()) == (b"NBMVPACK", 1, 0, path.name)
        at, stored, raw, checksum, tail = struct.unpack("<QQQ32s8s", data[-64:])
        assert tail == b"NBMVTAIL"
        assert checksum == blake3(data[:32] + data[-64:-40] + data[at:-64]).digest()
        toc = unzstd(data[at : at + stored], raw)
        counts = struct.unpack_from("<4I", toc)
        tables, start = [], 16
        for count, row in zip(counts, ("<QQQHHI", "<IIQQ", "20s", "<20sIQQ"), strict=True):
            size = struct.calcsize(row)
            tables.append([struct.unpack_from(row, toc, start + k * size) for k in range(count)])
            start += count * size
        assert start == len(toc)
        blocks, uses, bases, parts = tables
        pack, uses, start = [], iter(uses), 32
        for length, raw, checksum, encoding, _, n_uses in blocks:
            frame = data[start : start + length]
            assert xxhash.xxh3_64_intdigest(frame) == checksum
            pack.append((frame, raw, encoding, [next(uses) for _ in range(n_uses)]))
            start += length
        assert start == at
        for id_, depth, start, length in parts:
            place = (depth, path.name, pack, [b.hex() for (b,) in bases], start, length)
            self.places[id_.hex()] = min(place, self.places.get(id_.hex(), place), key=lambda p: p[:2])

    def part(self, id_):
        _, _, pack, bases, start, length = self.places[id_]
        out, at = b"", 0
        for frame, raw, encoding, uses in pack:
            if at < start + length and start < at + raw:
                base = b"".join(self.part(bases[i])[s : s + n] for i, _, s, n in uses)
                block = decode(encoding, frame, raw, base)
                out += block[max(start - at, 0) : start + length - at]
            at += raw
        assert blake3(out).hexdigest(20) == id_
        return out

    def refs(self):
        found = {}
        for path in (self.folder / "refs").iterdir():
            ref = json.loads(path.read_text())
            signed = json.dumps([ref["name"], ref["value"]], separators=(",", ":")).encode()
            assert ref["sum"] == blake3(signed).hexdigest(16)
            assert path.name == blake3(ref["name"].encode()).hexdigest(20)
            found[ref["name"]] = ref["value"]
        return found

    def records(self):
        """Return id -> JSON of every version that was not forgotten."""
        found = {}
        for path in (self.folder / "records").glob("*/*"):
            found[path.name] = zstandard.ZstdDecompressor().decompress(path.read_bytes())
        for path in (self.folder / "journals").glob("*"):
            found |= self.journal(path)
        for id_, raw in found.items():
            assert blake3(raw).hexdigest(20) == id_
        return {id_: json.loads(raw) for id_, raw in found.items() if id_ not in self.forgotten()}

    def events(self):
        """Return [id, kind, reason, order] of every event, newest first."""
        raws = [path.read_bytes() for path in (self.folder / "events").iterdir()]
        for path in (self.folder / "eventlogs").iterdir():
            raws += self.journal(path, number=lambda raw: json.loads(raw.split(b"\n")[0])["order"]).values()
        found = []
        for raw in raws:
            header, *sealed, checksum = raw.split(b"\n")
            assert checksum.decode() == blake3(raw[: -len(checksum) - 1]).hexdigest(8)
            event = json.loads(header)
            assert [blake3(line).hexdigest(20) for line in sealed if line != b"-"] == event["sealed"]
            texts = {name: value for _, name, value in map(json.loads, sealed)}
            found.append([blake3(header).hexdigest(20), event["kind"], texts.get("why", ""), event["order"]])
        return sorted(found, key=lambda e: -e[3])

    def journal(self, path, number=lambda raw: json.loads(raw)["number"]):
        data = path.read_bytes()
        magic, version, zero, name = struct.unpack_from("<8sII16s", data)
        assert (magic, version, zero, name.hex()) == (b"NBMVJRNL", 1, 0, path.name)
        at, n_blocks, n_rows, checksum, tail = struct.unpack("<QQQ32s8s", data[-64:])
        assert tail == b"NBMVJEND"
        assert checksum == blake3(data[:32] + data[-64:-40] + data[at:-64]).digest()
        blocks, start = [], 32
        for i in range(n_blocks):
            length, raw, sum_ = struct.unpack_from("<II8s", data, at + 16 * i)
            frame = data[start : start + length]
            assert blake3(frame).digest(8) == sum_
            blocks.append(unzstd(frame, raw))
            start += length
        assert start == at
        rows = [struct.unpack_from("<20sQIII", data, at + 16 * n_blocks + 40 * i) for i in range(n_rows)]
        assert rows == sorted(rows, key=lambda r: (r[1], r[0]))
        by_id = struct.unpack_from(f"<{n_rows}I", data, at + 16 * n_blocks + 40 * n_rows)
        assert [rows[i][0] for i in by_id] == sorted(r[0] for r in rows)
        found = {id_.hex(): blocks[block][start : start + length] for id_, _, block, start, length in rows}
        assert {id_.hex(): n for id_, n, *_ in rows} == {i: number(r) for i, r in found.items()}
        for id_, _, block, start, length in rows:
            assert blocks[block][start + length : start + length + 1] == b"\n", id_
        return found

    def forgotten(self):
        found = {}
        for path in (self.folder / "forgotten").glob("*"):
            raw = zstandard.ZstdDecompressor().decompress(path.read_bytes())
            assert blake3(raw).hexdigest(20) == path.name
            found |= json.loads(raw)
        return found


def unzstd(frame, size):
    assert zstandard.get_frame_parameters(frame).content_size == size
    return zstandard.ZstdDecompressor().decompress(frame)


def lanes(stored, width, count):
    found = []
    for _ in range(width):
        mode, length = struct.unpack_from("<BI", stored)
        data, stored = stored[5 : 5 + length], stored[5 + length :]
        found.append(unzstd(data, count) if mode else data)
    return [sum(lane[i] << 8 * k for k, lane in enumerate(found)) for i in range(count)], stored


def unzigzag(n):
    return n >> 1 if n % 2 == 0 else -(n + 1 >> 1)


def whole(numbers, width):
    return b"".join((n % (1 << 8 * width)).to_bytes(width, "little") for n in numbers)


def undo(numbers, transform, width):
    if transform == 1:
        return [n >> 1 | (n & 1) << 8 * width - 1 for n in numbers]
    if transform == 2:
        total, out = 0, []
        for n in numbers:
            total += unzigzag(n)
            out.append(total)
        return out
    return numbers


def decode(encoding, stored, raw, base):
    block = DECODERS[encoding](stored, raw, base)
    assert len(block) == raw
    return block


def shuffled(stored, raw, base):
    width, transform = stored[:2]
    rest = 2 + raw % width
    numbers, _ = lanes(stored[rest:], width, raw // width)
    return whole(undo(numbers, transform, width), width) + stored[2:rest]


def bits(stored, raw, base):
    packed = unzstd(stored, (raw + 7) // 8)
    return bytes(packed[i // 8] >> i % 8 & 1 for i in range(raw))


def dictionary(stored, raw, base):
    width, count = stored[0], stored[1] + 1
    rest = 2 + raw % width
    values = [stored[rest + i * width : rest + (i + 1) * width] for i in range(count)]
    codes, _ = lanes(stored[rest + count * width :], 1, raw // width)
    return b"".join(values[c] for c in codes) + stored[2:rest]


def decimals(stored, raw, base):
    digits, width, transform, smallest, exceptions = struct.unpack_from("<BBBqI", stored)
    numbers, stored = lanes(stored[15:], width, raw // 8)
    gaps, stored = lanes(stored, 4, exceptions)
    odd, _ = lanes(stored, 8, exceptions)
    out = [struct.pack("<d", (n + smallest) / 10.0**digits) for n in undo(numbers, transform, width)]
    return b"".join(replaced(out, gaps, odd, 8))


def replaced(elements, gaps, new, width):
    at = 0
    for gap, element in zip(gaps, new, strict=True):
        at += gap
        elements[at] = element.to_bytes(width, "little")
    return elements


def patch(stored, raw, base):
    width, count = struct.unpack_from("<BI", stored)
    rest = 5 + raw % width
    gaps, after = lanes(stored[rest:], 4, count)
    new, _ = lanes(after, width, count)
    old = [base[i : i + width] for i in range(0, raw - raw % width, width)]
    return b"".join(replaced(old, gaps, new, width)) + stored[5:rest]


def difference(stored, raw, base):
    width = stored[0]
    rest = 1 + raw % width
    steps, _ = lanes(stored[rest:], width, raw // width)
    old = [int.from_bytes(base[i * width : (i + 1) * width], "little") for i in range(raw // width)]
    return whole([o + unzigzag(s) for o, s in zip(old, steps, strict=True)], width) + stored[1:rest]


def prefix(stored, raw, base):
    dictionary = zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    return zstandard.ZstdDecompressor(dict_data=dictionary, max_window_size=1 << 27).decompress(stored)


def taken(stored, raw, base):
    width = stored[0]
    old = len(base) - 4 * (raw // width)
    index = struct.unpack(f"<{raw // width}I", base[old:])
    return b"".join(base[i * width : (i + 1) * width] for i in index)


DECODERS = {
    0: lambda stored, raw, base: stored,
    1: lambda stored, raw, base: unzstd(stored, raw),
    2: shuffled,
    3: bits,
    4: dictionary,
    5: decimals,
    6: lambda stored, raw, base: base,
    7: patch,
    8: difference,
    9: prefix,
    10: taken,
}
