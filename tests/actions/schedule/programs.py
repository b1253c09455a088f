"""Programs `crontab` and `systemctl` that write into a folder, for the PATH of a test."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


CRONTAB = """\
#!/bin/sh
if [ -f {folder}/broken ]; then echo "you may not use crontab" >&2; exit 1; fi
if [ "$1" = "-l" ]; then
  [ -f {folder}/tab ] && exec cat {folder}/tab
  echo "no crontab for me" >&2; exit 1
fi
cat > {folder}/tab
"""
SYSTEMCTL = """\
#!/bin/sh
echo "$@" >> {folder}/calls
if [ -f {folder}/no-bus ]; then echo "Failed to connect to bus: No medium found" >&2; exit 1; fi
"""


@dataclass(frozen=True)
class Programs:
    """The folder of the programs, and what they were asked for."""

    folder: Path
    units: Path

    @property
    def tab(self) -> str:
        """The crontab, "" without one."""
        path = self.folder / "tab"
        return path.read_text() if path.exists() else ""

    @property
    def calls(self) -> list[str]:
        """The calls of systemctl."""
        path = self.folder / "calls"
        return path.read_text().splitlines() if path.exists() else []

    def write(self, name: str, text: str = "") -> None:
        (self.folder / name).write_text(text)


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch, *names: str) -> Programs:
    """Put these programs onto the PATH, which has nothing else but /usr/bin and /bin without them."""
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    for name, text in (("crontab", CRONTAB), ("systemctl", SYSTEMCTL)):
        if name in names:
            path = bin_folder / name
            path.write_text(text.format(folder=bin_folder))
            path.chmod(path.stat().st_mode | stat.S_IXUSR)
    tools = bin_folder / "tools"
    tools.mkdir()
    for tool in ("sh", "cat", "git"):
        found = next((Path(p) / tool for p in ("/bin", "/usr/bin") if (Path(p) / tool).exists()), None)
        if found is not None:
            (tools / tool).symlink_to(found)
    monkeypatch.setenv("PATH", os.pathsep.join([str(bin_folder), str(tools)]))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    return Programs(bin_folder, folder / "config" / "systemd" / "user")
