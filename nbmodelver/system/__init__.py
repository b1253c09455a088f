"""The port to the operating system: what Linux, macOS and Windows do differently, and nothing else.

`port` is the system of this process, chosen once. Everything that opens a file below a folder, locks it, gives it
its name, syncs it, or asks who owns it goes through it; `protocol.System` says what each call does. No other file may
use a call that only some systems have (tests/portable.py lists them). It lies below everything and imports nothing of
ours: the catalogue and the store both need it and do not know each other. Every call raises OSError as it comes.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbmodelver.system.protocol import System


def _choose() -> System:
    if sys.platform == "win32":
        from nbmodelver.system.kernel32 import Kernel32
        from nbmodelver.system.windows import Windows

        return Windows(Kernel32())
    else:
        from nbmodelver.system import posix

        return posix.MacOS() if sys.platform == "darwin" else posix.Posix()


port = _choose()
