"""Addresses are parsed, invalid ones are refused with a way out, and no password gets into a message."""

import os
import subprocess
import sys

import pytest

from nbmodelver.errors import MissingLibrary, UsageError
from nbmodelver.store.objects import memory
from nbmodelver.store.objects.addresses import RemoteAddress, open_storage, parse
from nbmodelver.store.objects.folder import FolderStorage


@pytest.mark.parametrize(
    ("text", "scheme", "host", "path", "shown"),
    [
        ("s3://bucket/a/b", "s3", "bucket", "a/b", "s3://bucket/a/b"),
        ("s3://bucket", "s3", "bucket", "", "s3://bucket"),
        (" s3://bucket/a/ ", "s3", "bucket", "a", "s3://bucket/a"),
        ("S3A://Bucket_1/a%20b", "s3", "Bucket_1", "a b", "s3://Bucket_1/a b"),
        ("gs://bucket/x", "gs", "bucket", "x", "gs://bucket/x"),
        ("gcs://bucket/x", "gs", "bucket", "x", "gs://bucket/x"),
        ("az://container/x", "az", "container", "x", "az://container/x"),
        ("azure://container/x", "az", "container", "x", "az://container/x"),
        ("https://models.example.org/team/x/", "https", "models.example.org", "team/x", "https://models.example.org/team/x"),
        ("https://Example.org:8443", "https", "example.org", "", "https://example.org:8443"),
        ("http://127.0.0.1:80/x", "http", "127.0.0.1", "x", "http://127.0.0.1:80/x"),
        ("http://[::1]:8080/x", "http", "::1", "x", "http://[::1]:8080/x"),
        ("ssh://host/data/models", "ssh", "host", "/data/models", "ssh://host/data/models"),
        ("ssh://host/~/models", "ssh", "host", "models", "ssh://host/~/models"),
        ("ssh://host/~", "ssh", "host", ".", "ssh://host/~"),
        ("sftp://me@host:2222/a", "ssh", "host", "/a", "ssh://me@host:2222/a"),
        ("memory://team", "memory", "team", "", "memory://team"),
        ("file:///mnt/team/models", "file", "", "/mnt/team/models", "/mnt/team/models"),
        ("file://localhost/mnt/a%20b", "file", "", "/mnt/a b", "/mnt/a b"),
        ("/mnt/team/../models/", "file", "", "/mnt/models", "/mnt/models"),
    ],
)  # fmt: skip
def test_an_address_has_parts(text, scheme, host, path, shown):
    found = parse(text)
    assert (found.scheme, found.host, found.path, found.text) == (scheme, host, path, shown)
    assert parse(found.text) == found


def test_an_address_of_ssh_has_user_and_port():
    assert parse("ssh://me@host:2222/a") == RemoteAddress("ssh", "host", "/a", "ssh://me@host:2222/a", "me", 2222)


def test_a_relative_path_and_the_home_are_folders(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert parse("models/x").path == os.path.join(tmp_path, "models", "x")
    assert parse("~/models").path == os.path.join(tmp_path, "home", "models")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"), ("s3://", "names no bucket"), ("ftp://host/x", "ftp://"), ("s3://bucket/../x", "in its path"),
        ("s3://bucket/a//b", "in its path"), ("s3://bucket/a/./b", "in its path"), ("s3://bu cket/x", "invalid bucket"),
        ("s3://-bucket/x", "invalid bucket"), ("ssh://host", "names no folder"), ("ssh://host/", "names no folder"),
        ("ssh://-oProxyCommand=x/a", "invalid bucket or host"), ("ssh://-me@host/a", "invalid user"),
        ("ssh://host:99999/a", "malformed"), ("ssh://[host/a", "malformed"), ("file://host/x", "this machine"),
        ("http://example.org/x", "not encrypted"), ("s3://bucket/a\nb", "control characters"),
        ("s3://bucket/%2e%2e/x", "in its path"), ("me@host:models", "not an address"),
    ],
)  # fmt: skip
def test_an_invalid_address_is_refused_with_a_way_out(text, why):
    with pytest.raises(UsageError, match=why) as caught:
        parse(text)
    assert caught.value.hint
    assert "\n" not in caught.value.message


def test_an_address_of_scp_shows_the_right_form():
    with pytest.raises(UsageError) as caught:
        parse("me@host:models/x")
    assert caught.value.hint == "write ssh://me@host/models/x"


@pytest.mark.parametrize(
    "text",
    [
        "s3://AKID:hunter2@bucket/x", "ssh://me:hunter2@host/x", "https://me:hunter2@host/x", "https://hunter2@host/x",
        "az://container/x?sig=hunter2", "https://host/x?X-Amz-Signature=hunter2", "https://host/x#hunter2",
        "ftp://me:hunter2@host/x", "ssh://me:hunter2@[host/x", "s3://me:hunter2/a@bucket/x", "ssh://me:hunter2@host:x/a",
    ],
)  # fmt: skip
def test_a_password_is_refused_and_not_repeated(text):
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert "hunter2" not in str(caught.value)
    assert caught.value.hint
    assert caught.value.__cause__ is None


def test_a_folder_and_memory_are_opened(tmp_path):
    folder = open_storage(parse(str(tmp_path)))
    assert isinstance(folder, FolderStorage)
    assert folder.where == str(tmp_path)
    try:
        open_storage(parse("memory://ours")).create("a", b"x")
        assert memory.named("ours").read("a") == b"x"
    finally:
        memory.forget("ours")


def test_nothing_is_requested_when_a_storage_is_opened():
    for text, options in (
        ("s3://bucket/x", {"endpoint": "http://127.0.0.1:9"}), ("gs://bucket/x", {"anonymous": "true"}),
        ("az://container/x", {"account": "team"}), ("https://127.0.0.1:9/x", {}), ("ssh://127.0.0.1:9/x", {}),
    ):  # fmt: skip
        storage = open_storage(parse(text), options=options)
        assert storage.where == text
        storage.close()


@pytest.mark.parametrize("text", ["memory://x", "/tmp"])
def test_a_place_without_options_refuses_them(text):
    with pytest.raises(UsageError, match="takes no options"):
        open_storage(parse(text), options={"region": "eu-west-1"})


@pytest.mark.parametrize(
    ("text", "library", "extra"), [("s3://b/x", "obstore", "remote"), ("ssh://host/x", "paramiko", "ssh")]
)
def test_a_missing_library_is_named_with_its_extra(text, library, extra):
    source = (
        f"import sys; sys.modules['{library}'] = None\n"
        "from nbmodelver.store.objects.addresses import open_storage, parse\n"
        "from nbmodelver.errors import MissingLibrary\n"
        f"try:\n    open_storage(parse({text!r}))\n"
        "except MissingLibrary as error:\n    print(error)\n"
    )
    said = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == [
        f"{text} needs {library}, which is not installed",
        f'pip install "nbmodelver[{extra}]"',
    ]
    assert issubclass(MissingLibrary, Exception)


def test_neither_library_is_imported_before_it_is_needed():
    source = (
        "import sys; sys.modules.update(obstore=None, paramiko=None)\n"
        "from nbmodelver.store.objects import addresses, folder, memory, probing, retrying\n"
        "from nbmodelver.store.objects import cloud_options, cloud_faults\n"
        "addresses.parse('s3://b/x'); addresses.parse('ssh://h/x')\n"
    )
    subprocess.run([sys.executable, "-c", source], check=True)
