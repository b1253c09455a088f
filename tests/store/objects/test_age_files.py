"""Files of the format age: pyrage reads what is written here, and no changed byte passes."""

import os

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbmodelver.errors import Damaged
from nbmodelver.store.objects import age_files
from nbmodelver.store.objects.age_files import CHUNK_BYTES, HEADER_BYTES, AgeKey, UnreadableFile

PERSON = pyrage.x25519.Identity.generate()
KEY = AgeKey.of_text(str(PERSON))
SIZES = (0, 1, 100, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 20 * CHUNK_BYTES + 7)


def sealed(data: bytes, cuts: tuple[int, ...] = ()) -> bytes:
    pieces = [data[a:b] for a, b in zip((0, *cuts), (*cuts, len(data)), strict=True)]
    return b"".join(age_files.encrypted(pieces, KEY.public))


@pytest.mark.parametrize("size", SIZES)
def test_pyrage_reads_what_is_written_here(size):
    data = os.urandom(size)
    stored = sealed(data)
    assert pyrage.decrypt(stored, [PERSON]) == data == age_files.decrypted(stored, KEY)
    assert len(stored) == age_files.stored_size(size)
    assert age_files.plain_size(len(stored)) == size


@given(st.integers(0, 200_000), st.lists(st.integers(0, 200_000), max_size=5))
def test_the_cuts_of_the_source_do_not_matter(size, cuts):
    data = bytes(size)
    assert pyrage.decrypt(sealed(data, tuple(sorted(min(c, size) for c in cuts))), [PERSON]) == data


def test_a_key_is_read_from_its_text():
    for _ in range(50):
        person = pyrage.x25519.Identity.generate()
        stored = b"".join(age_files.encrypted([b"x"], AgeKey.of_text(str(person)).public))
        assert pyrage.decrypt(stored, [person]) == b"x"


def test_a_malformed_key_is_an_error():
    whole = str(PERSON)
    for text in ("", "AGE-SECRET-KEY-1", "age1abc", whole[:-1], whole[:-1] + "b" + "c"):
        with pytest.raises(Damaged, match="malformed"):
            AgeKey.of_text(text)


def test_no_changed_byte_passes():
    data = os.urandom(CHUNK_BYTES + 100)
    stored = sealed(data)
    for at in [*range(HEADER_BYTES + 40), *range(HEADER_BYTES + 40, len(stored), 997)]:
        changed = bytearray(stored)
        changed[at] ^= 1
        with pytest.raises(UnreadableFile):
            age_files.decrypted(bytes(changed), KEY)


def test_a_file_that_was_cut_or_whose_chunks_were_moved_does_not_pass():
    stored = sealed(os.urandom(3 * CHUNK_BYTES))
    whole = age_files.SEALED_BYTES
    first, second = stored[HEADER_BYTES : HEADER_BYTES + whole], stored[HEADER_BYTES + whole : HEADER_BYTES + 2 * whole]
    rest = stored[HEADER_BYTES + 2 * whole :]
    head = stored[:HEADER_BYTES]
    for other in (b"", head, head + first, head + first + second, head + second + first + rest, head + first + rest,
                  stored + b"\0", stored[:-1], stored[:100]):  # fmt: skip
        with pytest.raises(UnreadableFile):
            age_files.decrypted(other, KEY)


def test_another_recipient_reads_nothing():
    with pytest.raises(UnreadableFile):
        age_files.decrypted(sealed(b"secret"), AgeKey.of_text(str(pyrage.x25519.Identity.generate())))


def test_two_files_of_the_same_content_differ_everywhere():
    a, b = sealed(bytes(1000)), sealed(bytes(1000))
    same = sum(x == y for x, y in zip(a[HEADER_BYTES:], b[HEADER_BYTES:], strict=True))
    assert same < 40
