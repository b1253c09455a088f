"""Files open for reading are reopened, and files open for writing are refused."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from nbmodelver.codecs import graph
from tests.codecs.again import Again, refused


@pytest.fixture
def lines(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lines.txt").write_bytes(b"one\r\ntwo\r\nthr\xc3\xa9e\n")
    return tmp_path / "lines.txt"


@pytest.mark.parametrize("newline", [None, "", "\n", "\r", "\r\n"])
def test_a_text_file_is_reopened_at_its_line(lines, newline):
    with lines.open(encoding="utf-8", newline=newline) as file:
        file.readline()
        with Again(file=file).file as found:
            assert found.tell() == file.tell()
            assert (found.name, found.mode, found.encoding) == (file.name, file.mode, file.encoding)
            assert found.read() == file.read()


@pytest.mark.parametrize("buffering", [-1, 0])
def test_a_binary_file_is_reopened_at_its_byte(lines, buffering):
    with lines.open("rb", buffering) as file:
        file.read(3)
        again = Again(file=file)
        with again.file as found:
            assert type(found) is type(file)
            assert found.read() == file.read()
        assert again.notes == ["file: reopened at 3"]


def test_a_file_that_changed_is_said(lines):
    with lines.open() as file:
        capture = graph.capture({"file": file})
        lines.write_text("other")
        loader = graph.Loader({}, lambda _key: None)
        with graph.decode(capture.groups[0], loader)["file"] as found:
            assert found.read() == "other"
    assert [note for _names, note in loader.load_notes] == [f"file: {lines} changed since"]


def test_a_file_that_is_gone_comes_back_closed_and_is_said(lines):
    with open("lines.txt") as file:
        capture = graph.capture({"file": file})
    lines.unlink()
    loader = graph.Loader({}, lambda _key: None)
    found = graph.decode(capture.groups[0], loader)["file"]
    assert (found.closed, found.name) == (True, "lines.txt")
    assert [note for _names, note in loader.load_notes] == ["file: lines.txt is missing, closed here"]


def test_a_closed_file_comes_back_closed_without_being_opened(lines):
    with lines.open("r") as reading, open("out.txt", "w") as writing:
        writing.write("kept")
    found = Again(reading=reading, writing=writing)
    assert (found.reading.closed, found.writing.closed, found.writing.mode) == (True, True, "w")
    assert (found.writing.name, Path("out.txt").read_text(encoding="utf-8")) == ("out.txt", "kept")
    assert found.notes == []


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_file_for_writing_is_refused_with_the_way_out(lines):
    for mode in ("w", "a", "r+", "wb", "rb+"):
        with open("out.txt", mode if os.path.exists("out.txt") else "w") as file:
            assert refused(file).startswith("a file open for writing cannot be kept: close it")


def test_a_file_in_a_loop_over_its_lines_is_refused(lines):
    with lines.open() as file:
        next(file)
        assert "in the middle of a loop over its lines" in refused(file)


def test_a_file_whose_path_leads_elsewhere_is_refused(lines):
    with lines.open() as file:
        lines.unlink()
        assert "whose path is gone" in refused(file)
        lines.write_text("another")
        assert "leads to another file now" in refused(file)


def test_the_standard_streams_are_those_of_the_kernel(monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    found = Again(out={"stream": sys.stdout, "errors": sys.stderr})
    assert found.out["stream"] is sys.stdout
    assert found.out["errors"] is sys.stderr
