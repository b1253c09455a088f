"""The differences of macOS, simulated: the sync of files, and no page marks."""

from __future__ import annotations

import errno
import os
import subprocess
import sys

import pytest

from nbmodelver import system
from nbmodelver.errors import StoreError
from nbmodelver.store.backends.local import LocalBackend
from nbmodelver.system import posix
from nbmodelver.testing.backends import KEY, BackendContract


@pytest.fixture
def asked(monkeypatch):
    """Record calls of fcntl and fsync. F_FULLFSYNC has another meaning on Linux and is not executed."""
    calls = []
    real = os.fsync
    monkeypatch.setattr(system, "port", posix.MacOS())
    monkeypatch.setattr(posix.fcntl, "fcntl", lambda fd, what: (calls.append(what), real(fd))[0])
    monkeypatch.setattr(os, "fsync", lambda fd: (calls.append("fsync"), real(fd))[0])
    return calls


class TestLocal(BackendContract):
    @pytest.fixture
    def backend(self, asked, tmp_path):
        return LocalBackend(tmp_path / "store", create=True)

    def test_d2_files_and_folders_are_synced_with_f_fullfsync(self, backend, asked):
        backend.create("one", [b"x"])
        backend.swap("two", None, b"x")
        assert set(asked) == {posix._FULL_FSYNC}
        assert len(asked) >= 4

    def test_fsync_is_used_if_the_file_system_refuses_f_fullfsync(self, backend, asked, monkeypatch):
        def refuse(_fd, _what):
            raise OSError(errno.ENOTTY, "Inappropriate ioctl for device")

        monkeypatch.setattr(posix.fcntl, "fcntl", refuse)
        asked.clear()
        assert backend.create(KEY, [b"x"])
        assert set(asked) == {"fsync"}

    def test_d4_a_sync_that_fails_both_ways_is_an_error(self, backend, monkeypatch):
        def fail(*_):
            raise OSError(errno.EIO, "Input/output error")

        backend.create("packs/old", [b"old"])
        monkeypatch.setattr(posix.fcntl, "fcntl", fail)
        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(StoreError, match="cannot sync"):
            backend.create(KEY, [b"x"])


def test_memory_is_hashed_without_page_marks(asked, monkeypatch):
    from nbmodelver.system import pages

    monkeypatch.setattr(pages.platform, "system", lambda: "Darwin")
    assert system.port.page_marks() is None


def test_a_folder_for_the_group_has_its_mode_whatever_the_umask(tmp_path):
    parent = system.port.open_folder(tmp_path)
    before = os.umask(0o077)
    try:
        system.port.make_folder(parent, "group", 0o770)
        system.port.make_folder(parent, "own", 0o700)
        tmp_path.chmod(0o2770)
        system.port.make_folder(parent, "inherits", 0o770)
    finally:
        os.umask(before)
        system.port.close_folder(parent)
    modes = {path.name: path.stat().st_mode & 0o7777 for path in tmp_path.iterdir()}
    assert modes == {"group": 0o770, "own": 0o700, "inherits": 0o2770}


def test_without_hard_links_an_exclusive_name_is_refused_and_another_one_is_renamed(tmp_path, monkeypatch):
    def fail(*_arguments, **_options):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", fail)
    folder = system.port.open_folder(tmp_path)
    name, fd = system.port.new_temporary(folder, 0o600)
    try:
        with pytest.raises(OSError, match="not permitted"):
            system.port.publish(folder, name, fd, folder, "one", exclusive=True)
        assert not (tmp_path / "one").exists()
        assert system.port.publish(folder, name, fd, folder, "one")
        assert (tmp_path / "one").exists()
    finally:
        os.close(fd)
        system.port.close_folder(folder)


def test_a_group_runs_in_a_folder_with_an_environment_and_its_errors(tmp_path):
    source = "import os, sys; print(os.getcwd(), sorted(os.environ), file=sys.stderr)"
    environment = {"ONLY": "this", **{k: v for k, v in os.environ.items() if k == "LD_LIBRARY_PATH"}}
    command = [sys.executable, "-c", source]
    process = system.port.start_group(command, folder=tmp_path, environment=environment, with_errors=True)
    output, _ = process.communicate(timeout=60)
    system.port.end_group(process)
    assert output.startswith(str(tmp_path).encode())
    assert b"ONLY" in output


def test_a_session_ends_with_all_its_processes_and_may_have_ended():
    child = "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
    code = f"import subprocess, sys, time; {child}; print(1, flush=True); time.sleep(60)"
    process = system.port.start_group([sys.executable, "-c", code])
    assert process.stdout is not None
    assert process.stdout.readline() == b"1\n"
    system.port.end_session(process.pid)
    assert process.stdout.read() == b""  # The child held the pipe too.
    system.port.end_group(process)
    process.stdout.close()
    process.stdin.close()
    system.port.end_session(process.pid)


def test_the_memory_of_a_process_is_limited():
    code = "from nbmodelver import system; print(system.port.limit_memory(1 << 29)); bytearray(1 << 30)"
    paths = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, env=paths)
    assert done.stdout == b"True\n"
    assert b"MemoryError" in done.stderr


def test_a_detached_process_has_a_session_of_its_own_and_no_output(capfd):
    code = "import os, sys; print('seen'); sys.exit(os.getsid(0) == os.getpid())"
    process = system.port.start_detached([sys.executable, "-c", code])
    assert process.wait(60) == 1
    assert (process.stdin, process.stdout, capfd.readouterr().out) == (None, None, "")


def test_who_can_read_a_file_and_who_the_user_is(tmp_path, monkeypatch):
    path = tmp_path / "key"
    path.touch(mode=0o600)
    for mode, why in ((0o600, ""), (0o640, "can be read by others"), (0o604, "can be read by others"), (0o400, "")):
        path.chmod(mode)
        assert system.port.others_can_read(path, path.lstat()) == why
    monkeypatch.setenv("LOGNAME", "eve")
    assert system.port.user_name() == posix.pwd.getpwuid(os.getuid()).pw_name
    monkeypatch.setattr(posix.pwd, "getpwuid", lambda uid: {}[uid])
    assert system.port.user_name() == ""
