"""Temporary files and folders are recreated with their contents."""

from __future__ import annotations

import os
import tempfile

from nbmodelver.codecs import graph
from tests.codecs.again import Again, refused


def test_a_temporary_folder_has_its_files_at_its_path():
    with tempfile.TemporaryDirectory() as name:
        folder = tempfile.TemporaryDirectory(dir=name)
        os.mkdir(os.path.join(folder.name, "sub"))
        with open(os.path.join(folder.name, "sub", "x.txt"), "w") as file:
            file.write("kept")
        capture = graph.capture({"folder": folder})
        path = folder.name
        folder.cleanup()
        loader = graph.Loader({}, lambda _key: None)
        found = graph.decode(capture.groups[0], loader)["folder"]
        assert found.name == path
        with open(os.path.join(path, "sub", "x.txt")) as file:
            assert file.read() == "kept"
        assert loader.load_notes == []
        found.cleanup()
        assert os.listdir(name) == []


def test_a_temporary_folder_whose_path_is_taken_is_at_another_and_says_so():
    with tempfile.TemporaryDirectory() as name:
        folder = tempfile.TemporaryDirectory(dir=name)
        again = Again(folder=folder)
        assert again.folder.name != folder.name
        assert again.load_notes == ["temporary folder: at another path, its own was taken or its place is gone"]
        again.folder.cleanup()
        folder.cleanup()


def test_temporary_files_have_their_contents_and_position():
    with tempfile.NamedTemporaryFile("w+") as named, tempfile.SpooledTemporaryFile(100) as spooled:
        named.write("hello")
        named.seek(2)
        spooled.write(b"world")
        spooled.seek(1)
        again = Again(named=named, spooled=spooled)
        with again.named as file, again.spooled as other:
            assert (file.read(), other.read()) == ("llo", b"orld")


def test_a_large_temporary_folder_is_refused(monkeypatch):
    monkeypatch.setattr("nbmodelver.codecs.temporary.MAX_BYTES", 3)
    with tempfile.TemporaryDirectory() as name, open(os.path.join(name, "x"), "w") as file:
        file.write("four")
        file.flush()
        folder = tempfile.TemporaryDirectory(dir=name)
        with open(os.path.join(folder.name, "x"), "w") as inner:
            inner.write("four")
        assert "cannot be kept: write it to a path of its own" in refused(folder)
        folder.cleanup()
