"""No call that only some systems have stands outside the port, and the test that says so sees each way to write one."""

from __future__ import annotations

from pathlib import Path

import pytest

import nbmodelver
from tests import portable


def test_only_the_port_calls_what_not_every_system_has():
    assert portable.uses(Path(nbmodelver.__file__).parent) == []


@pytest.mark.parametrize(
    "source",
    [
        "import fcntl", "import msvcrt", "from pwd import getpwuid", "def f():\n    import resource",
        "import os\nos.open('a', os.O_RDONLY | os.O_NOFOLLOW)", "os.open('a', 0, dir_fd=3)", "os.link('a', 'b')",
        "os.fchmod(3, 0o600)", "from os import geteuid", "os.pread(3, 1, 0)", "os.fork()", "os.replace('a', 'b')",
        "signal.setitimer(signal.ITIMER_REAL, 1)", "from signal import SIGALRM", "open('/proc/self/maps')",
        "subprocess.Popen([], start_new_session=True)", "ctypes.CDLL(None)", "if os.name == 'nt':\n    pass",
    ],
)  # fmt: skip
def test_a_call_that_not_every_system_has_is_named(source):
    assert list(portable.of_source(source))


@pytest.mark.parametrize("source", ["import os\nos.write(1, b'')\nos.fstat(1)", "signal.signal(signal.SIGINT, f)"])
def test_a_call_that_every_system_has_passes(source):
    assert list(portable.of_source(source)) == []


def test_the_port_and_its_two_sides_have_the_same_calls():
    from nbmodelver.system import posix, protocol, windows

    asked = {n for n in vars(protocol.System) if not n.startswith("_")}
    for side in (posix.Posix, posix.MacOS, windows.Windows):
        assert asked == {n for n in dir(side) if not n.startswith("_")}
