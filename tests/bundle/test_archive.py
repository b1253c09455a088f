"""Malformed zip files: each is refused with a reason, and nothing is written (P4, P5, P6)."""

from __future__ import annotations

import stat
import struct
import zipfile
from typing import TYPE_CHECKING

import pytest

from nbmodelver import bundle
from nbmodelver.errors import BadBundle, LimitExceeded
from tests.bundle.samples import Members, refused, with_manifest, zipped

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd", "../outside", "variables/../../outside", "variables/..", "C:/x", "C:x", "variables\\x",
        "\\\\host\\share", "variables/a\x00.json", "variables/", "variables/x/y", "./README.md", "store//parts/x",
        "variables/con.json", "variables/NUL", "variables/x.", "variables/\u202ex.json", "setup.py", "readme.md",
        "store/parts/" + "g" * 40, "store/parts/" + "a" * 40 + ".gz", "variables/" + "x" * 300, "",
    ],
)  # fmt: skip
def test_p4_an_unknown_member_name_is_refused(name: str, members: Members, tmp_path: Path) -> None:
    members = {**members, name.replace("\x00", "?"): b"evil"}
    data = zipped(with_manifest(members)).replace(b"variables/a?.json", b"variables/a\x00.json")
    refused(tmp_path, data, "may not have a member named|named README.md")


def test_p4_members_that_collide_are_refused(members: Members, tmp_path: Path) -> None:
    refused(tmp_path, zipped(with_manifest({**members, "variables/B.json": b"1"})), "two members are named")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_p4_a_member_twice_is_refused(members: Members, tmp_path: Path) -> None:
    twice = [*with_manifest(members).items(), ("README.md", b"another")]
    refused(tmp_path, zipped(twice), "two members are named README.md")


@pytest.mark.parametrize("kind", [stat.S_IFLNK | 0o777, stat.S_IFCHR | 0o600, stat.S_IFDIR | 0o755, stat.S_IFIFO])
def test_p4_a_link_or_device_is_refused(kind: int, members: Members, tmp_path: Path) -> None:
    refused(tmp_path, zipped(with_manifest(members), external_attr=kind << 16), "not a plain file")


def test_p4_an_encrypted_member_is_refused(members: Members, tmp_path: Path) -> None:
    data = bytearray(zipped(with_manifest(members)))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    data[6] |= 1
    refused(tmp_path, bytes(data), "encrypted")


def test_p4_a_compressed_member_is_refused(members: Members, tmp_path: Path) -> None:
    data = zipped(with_manifest(members), compress_type=zipfile.ZIP_DEFLATED)
    refused(tmp_path, data, "not stored uncompressed")


@pytest.mark.parametrize(("offset", "change"), [(8, 8), (14, 1), (22, 1), (30, 1), (26, 1), (28, 1), (6, 8)])
def test_p4_headers_that_disagree_are_refused(offset: int, change: int, good: bytes, tmp_path: Path) -> None:
    data = bytearray(good)
    data[offset] ^= change
    refused(tmp_path, bytes(data), "contradict|unknown bytes")


@pytest.mark.parametrize("where", ["before", "after", "comment", "between"])
def test_p4_unknown_bytes_are_refused(where: str, good: bytes, tmp_path: Path) -> None:
    directory = struct.unpack_from("<L", good, len(good) - 6)[0]
    if where == "before":
        data = b"#!/bin/sh\n" + good
    elif where == "after":
        data = good + b"x"
    elif where == "comment":
        data = good[:-2] + b"\x05\x00hello"
    else:
        data = good[:directory] + b"hidden" + good[directory:-6] + struct.pack("<LH", directory + 6, 0)
    refused(tmp_path, data, "unknown bytes|incomplete|not a bundle")


def test_p4_an_unlisted_member_is_refused(members: Members, tmp_path: Path) -> None:
    refused(tmp_path, zipped({"variables/c.json": b"1", **members}), "variables/c.json is not in the manifest")


def test_p4_a_missing_member_is_refused(members: Members, tmp_path: Path) -> None:
    del members["requirements.txt"]
    refused(tmp_path, zipped(members), "requirements.txt is missing")


def test_p6_a_changed_member_is_refused(members: Members, tmp_path: Path) -> None:
    members["notebook.ipynb"] = members["notebook.ipynb"].replace(b"cell", b"Cell")
    refused(tmp_path, zipped(members), r"notebook\.ipynb was changed")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_p6_a_truncated_file_is_refused(share: float, good: bytes, tmp_path: Path) -> None:
    refused(tmp_path, good[: int(len(good) * share)], "incomplete|too short")


def test_p6_no_flipped_byte_changes_what_is_read(good: bytes, tmp_path: Path) -> None:
    """Flips 200 bits all over the file. If it is accepted (a date in the zip), it contains the same version."""
    path = tmp_path / "flipped.nbmv.zip"
    path.write_bytes(good)
    digest = bundle.inspect(path).digest
    taken = 0
    for at in range(0, len(good), max(1, len(good) // 200)):
        path.write_bytes(good[:at] + bytes([good[at] ^ 0x40]) + good[at + 1 :])
        try:
            assert bundle.inspect(path).digest == digest
            taken += 1
        except (BadBundle, LimitExceeded):
            continue
    assert taken < 30
