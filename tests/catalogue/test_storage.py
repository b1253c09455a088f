"""The file of the index: replaced as a whole, checked when it is read, and never needed."""

import json

import pytest

from nbmodelver.catalogue.storage import CheckedStorage

DATA = {"versions": {"1": {"number": 1, "message": "é"}}, "_default": {}}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "catalogue"


def test_tables_come_back(folder):
    CheckedStorage(folder).write(DATA)
    assert CheckedStorage(folder).read() == DATA
    assert [p.name for p in folder.iterdir()] == ["index.json"]
    CheckedStorage(folder).write({"versions": {}})
    assert CheckedStorage(folder).read() == {"versions": {}}


def test_a_missing_file_reads_as_empty(folder):
    assert CheckedStorage(folder).read() is None


def test_any_changed_byte_reads_as_empty(folder):
    CheckedStorage(folder).write(DATA)
    file = folder / "index.json"
    good = file.read_bytes()
    for at in range(len(good)):
        file.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        assert CheckedStorage(folder).read() is None, at
        file.write_bytes(good[:at])
        assert CheckedStorage(folder).read() is None, at
    file.write_bytes(good)
    assert CheckedStorage(folder).read() == DATA


@pytest.mark.parametrize("data", [[], {"versions": []}, {"versions": {"x": {}}}, {"versions": {"1": 7}}])
def test_data_that_are_no_tables_read_as_empty(folder, data):
    CheckedStorage(folder).write(data)
    assert CheckedStorage(folder).read() is None


@pytest.mark.parametrize("raw", [b"", b"[]", b"\xff", b"[" * 100_000, b'{"form":1}', b'{"form":1,"sum":"","data":{}}'])
def test_any_other_file_reads_as_empty(folder, raw):
    folder.mkdir()
    (folder / "index.json").write_bytes(raw)
    assert CheckedStorage(folder).read() is None


def test_a_file_of_another_form_or_above_the_limit_reads_as_empty(folder, monkeypatch):
    CheckedStorage(folder).write(DATA)
    text = (folder / "index.json").read_text()
    (folder / "index.json").write_text(text.replace('"form":1', '"form":2'))
    assert CheckedStorage(folder).read() is None
    (folder / "index.json").write_text(text)
    monkeypatch.setattr("nbmodelver.catalogue.storage.MAX_BYTES", len(text) - 1)
    assert CheckedStorage(folder).read() is None


def test_data_that_cannot_be_written_stay_in_memory(tmp_path):
    (tmp_path / "catalogue").write_text("a file in place of the folder")
    storage = CheckedStorage(tmp_path / "catalogue")
    storage.write(DATA)
    assert storage.read() == DATA
    assert CheckedStorage(tmp_path / "catalogue").read() is None


def test_a_link_in_place_of_the_folder_is_not_followed(tmp_path):
    CheckedStorage(tmp_path / "real").write(DATA)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert CheckedStorage(tmp_path / "link").read() is None
    CheckedStorage(tmp_path / "link").write({"versions": {}})
    assert json.loads((tmp_path / "real" / "index.json").read_text())["data"] == DATA


def test_a_failed_write_leaves_the_old_file_and_no_other(folder, monkeypatch):
    CheckedStorage(folder).write(DATA)
    from nbmodelver import system

    def fail(*_args):
        raise OSError("no")

    monkeypatch.setattr(type(system.port), "replace", fail)
    CheckedStorage(folder).write({"versions": {}})
    assert CheckedStorage(folder).read() == DATA
    assert [p.name for p in folder.iterdir()] == ["index.json"]
