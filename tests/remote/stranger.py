"""A reader of remotes written from remote/FORMAT.md alone: it imports nothing of nbmodelver.

It is deliberately slow and simple. A change of a remote that breaks this file breaks existing remotes.
"""

import json
import re
import struct
from pathlib import Path

import zstandard
from blake3 import blake3

from tests.store.stranger import Stranger


def id_of(data):
    return blake3(data).hexdigest(20)


def unzstd(frame, most):
    assert zstandard.get_frame_parameters(frame).content_size <= most
    return zstandard.ZstdDecompressor().decompress(frame)


class RemoteStranger:
    """Everything in the folder of a remote."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.marker = json.loads((self.folder / "format").read_bytes())
        assert self.marker["readable_by"] <= 1
        self.heads = {area: head for area in ("work", "registry") if (head := self.head(area))}
        self.records, self.numbers, self.parents, self.writers = {}, {}, {}, {}
        self.events, self.packs, self.forgotten, self.replaced = {}, {}, {}, {}
        for key in {s[0]: s for head in self.heads.values() for s in head["segments"]}.values():
            self.read_segment(*key)
        for name in self.replaced:
            self.records.pop(name, None)
        doomed = self.heads.get("work", {}).get("doomed", {})
        self.packs = {name: size for name, size in self.packs.items() if name not in doomed}

    @property
    def refs(self):
        return {ref: value for head in self.heads.values() for ref, value in head["refs"].items()}

    def head(self, area):
        if self.marker["rule"] == "numbered":
            names = [p.name for p in (self.folder / area).iterdir()] if (self.folder / area).is_dir() else []
            names = sorted(name for name in names if re.fullmatch(r"\d{12}", name))
            if not names:
                return None
            head = self.read_head(area, names[-1])
            assert head["sequence"] == int(names[-1])
            if len(names) > 1:
                assert head["previous"] == self.read_head(area, names[-2])["id"]
            return head
        return self.read_head(area, "head") if (self.folder / area / "head").is_file() else None

    def read_head(self, area, name):
        raw = unzstd((self.folder / area / name).read_bytes(), 64 << 20)
        head = json.loads(raw)
        assert head["readable_by"] <= 1
        assert (head["area"], head["remote"]) == (area, self.marker["id"])
        assert raw == json.dumps(head, sort_keys=True, separators=(",", ":")).encode()
        return {**head, "id": id_of(raw)}

    def read_segment(self, key, size, versions, events, packs):
        data = (self.folder / key).read_bytes()
        assert len(data) == size
        assert key == f"segments/{id_of(data)[:2]}/{id_of(data)}"
        magic, number, zero, length = struct.unpack_from("<8sIIQ", data)
        assert (magic, number, zero) == (b"NBMVSEGM", 1, 0)
        index = json.loads(unzstd(data[24 : 24 + length], 256 << 20))
        body, at = unzstd(data[24 + length :], 256 << 20), 0
        assert (versions, events, packs) == tuple(len(index[k]) for k in ("records", "events", "packs"))
        for name, pack_size, ends in index["packs"]:
            path = self.folder / "packs" / name[:2] / name
            if path.exists():
                whole = path.read_bytes()
                assert len(whole) == pack_size
                assert body[at : at + ends] == whole[:32] + whole[32 - ends :]
            self.packs[name] = pack_size
            at += ends
        for id_, number, parents, length in index["records"]:
            raw, at = body[at : at + length], at + length
            record = json.loads(raw)
            assert id_of(raw) == id_
            assert (record["number"], record.get("parents", [])) == (number, parents)
            self.records[id_] = record
            self.writers[id_] = index["writers"].get(id_, index["writer"])
        for id_, name, length in index["events"]:
            raw, at = body[at : at + length], at + length
            header = json.loads(raw.split(b"\n")[0])
            assert id_of(raw.split(b"\n")[0]) == id_
            assert name == f"{header['writer']}-{header['seq']:012}"
            self.events[id_] = header
        assert at == len(body)
        self.forgotten |= index["forgotten"]
        self.replaced |= index["replaced"]

    def parts(self):
        """Return a reader of the parts in all packs."""
        store = Stranger.__new__(Stranger)
        store.places = {}
        for name in self.packs:
            store.read_pack(self.folder / "packs" / name[:2] / name)
        return store
