"""The port to the operating system: the operations that differ between Linux, macOS and Windows.

`port` implements `protocol.System` for the system of this process. All code that opens files below a folder, locks,
renames or syncs them, or reads owners and modes uses it. No other file may use a call that only some systems have
(tests/portable.py lists them). The package imports nothing of nbmodelver, because the store and the catalogue, which do
not know each other, both use it. Its calls raise OSError.
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
