"""What the tests need besides Python packages: which of it this machine has, and how the rest is brought.

Root on Debian or Ubuntu brings it with apt-get; nobody else changes the machine. What npm and pip bring lies in build/.
With NBMODELVER_INSTALL=no nothing is brought. Knows the commands and the packages of Debian; does not know what is run
with them.

    python -m tests.environments.machine node chromium ministack    # brings these, or fails and says how to get them
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

NODE = 20
"""The first release of Node that builds the front-end."""
ROUNDS = 2
"""npm comes with nodejs or in a package of its own, which then has to be installed after it."""
BUILD = Path(__file__).parents[2] / "build"
SYSTEM_COMMANDS = "/usr/sbin"
"""Where Debian and macOS have servers. It is not in everybody's PATH."""
AZURITE_RELEASE = "azurite@3.34.0"
"""Later ones need Node 22."""
MINISTACK = Path(__file__).parent / "ministack.txt"
DVC_CLIENTS = Path(__file__).parent / "dvc.txt"
MLFLOW_CLIENT = Path(__file__).parent / "mlflow.txt"


@dataclass(frozen=True)
class Tool:
    """A program that is no Python package. commands: any of them will do. hint: what a person does to get it."""

    name: str
    commands: tuple[str, ...]
    packages: tuple[str, ...]
    hint: str

    @property
    def path(self) -> str | None:
        """Where it is; None when it is missing or too old."""
        found = next(filter(None, map(shutil.which, self.commands)), None)
        return found if found and self.is_usable() else None

    def is_usable(self) -> bool:
        """Whether what is there is new enough."""
        return True

    def to_install(self) -> tuple[str, ...]:
        """The Debian packages that bring it; none when those of this system are too old."""
        return self.packages

    def make(self) -> None:
        """Bring it into build/, without changing the machine, where that is possible."""


class Npm(Tool):
    """Node with npm. Debian 12 has a Node that is too old, and is then left as it is."""

    def is_usable(self) -> bool:
        node = shutil.which("node")
        return node is not None and _major(_said(node, "--version")) >= NODE

    def to_install(self) -> tuple[str, ...]:
        if self.is_usable():
            return ("npm",)
        candidate = re.search(r"Candidate:\s*(\S+)", _said("apt-cache", "policy", "nodejs"))
        return self.packages if candidate and _major(candidate[1]) >= NODE else ()


class Sshd(Tool):
    """A server of the system: it need not be in PATH."""

    @property
    def path(self) -> str | None:
        return shutil.which("sshd", path=os.pathsep.join([os.environ.get("PATH", ""), SYSTEM_COMMANDS]))


class Azurite(Tool):
    """A server in a package of npm, which is installed into build/azurite."""

    @property
    def path(self) -> str | None:
        program = BUILD / "azurite" / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
        return str(program) if program.is_file() and NPM.path else None

    def make(self) -> None:
        if npm := NPM.path:
            print(f"installing {AZURITE_RELEASE} with npm into build/azurite", flush=True)
            (BUILD / "azurite").mkdir(parents=True, exist_ok=True)
            command = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(BUILD / "azurite")]
            subprocess.run([*command, AZURITE_RELEASE], check=False, stdout=subprocess.DEVNULL)


class Ministack(Tool):
    """A server in a package of Python, in an environment of its own, because it demands older releases than ours."""

    @property
    def path(self) -> str | None:
        return shutil.which("ministack", path=str(BUILD / "ministack" / "bin"))

    def make(self) -> None:
        print("installing ministack into build/ministack", flush=True)
        make_environment(BUILD / "ministack", MINISTACK)


class Dvc(Tool):
    """DVC and GTO, in an environment of their own, because they demand other releases than ours."""

    @property
    def path(self) -> str | None:
        folder = str(BUILD / "dvc" / "bin")
        return shutil.which("dvc", path=folder) if shutil.which("gto", path=folder) else None

    def make(self) -> None:
        print("installing dvc and gto into build/dvc", flush=True)
        make_environment(BUILD / "dvc", DVC_CLIENTS)


class Mlflow(Tool):
    """Python with MLflow, and with what nbmodelver needs, in an environment of its own."""

    @property
    def path(self) -> str | None:
        folder = str(BUILD / "mlflow" / "bin")
        return shutil.which("python", path=folder) if shutil.which("mlflow", path=folder) else None

    def make(self) -> None:
        print("installing mlflow into build/mlflow", flush=True)
        make_environment(BUILD / "mlflow", MLFLOW_CLIENT)


NPM = Npm("Node with npm", ("npm",), ("nodejs",), f"install Node {NODE} or newer, with npm")
CHROMIUM = Tool(
    "Chromium",
    ("chromium", "chromium-browser", "google-chrome"),
    ("chromium", "fonts-dejavu-core"),
    "install Chromium (on Debian: apt-get install chromium fonts-dejavu-core)",
)
FIREFOX = Tool(
    "Firefox",
    ("firefox-esr", "firefox"),
    ("firefox-esr", "fonts-dejavu-core"),
    "install Firefox (on Debian: apt-get install firefox-esr)",
)
S3 = Ministack("ministack", (), (), "install it: python -m tests.environments.machine ministack")
AZURITE = Azurite("Azurite", (), (), f"install it with npm: npm install --prefix build/azurite {AZURITE_RELEASE}")
SSHD = Sshd(
    "the server of OpenSSH", (), ("openssh-server", "openssh-client"),
    "install it (on Debian: apt-get install openssh-server)",
)  # fmt: skip

RADOSGW = Tool(
    "radosgw", ("radosgw",), ("ceph-mon", "ceph-osd", "radosgw", "ceph-common"),
    "install it (on Debian: apt-get install --no-install-recommends ceph-mon ceph-osd radosgw ceph-common)",
)  # fmt: skip

DVC = Dvc("DVC with GTO", (), (), "install them: python -m tests.environments.machine dvc")
MLFLOW = Mlflow("MLflow", (), (), "install it: python -m tests.environments.machine mlflow")
GIT_LFS = Tool("Git LFS", ("git-lfs",), ("git-lfs",), "install it (on Debian: apt-get install git-lfs)")


def bring(tools: Iterable[Tool]) -> list[Tool]:
    """Install the tools that are missing where that is allowed; give those that are missing afterwards."""
    missing = [tool for tool in tools if tool.path is None]
    for _ in range(ROUNDS if may_install() else 0):
        if packages := tuple(dict.fromkeys(package for tool in missing for package in tool.to_install())):
            print(f"installing {' '.join(packages)} with apt-get", flush=True)
            _apt_get("update")
            _apt_get("install", "-y", "--no-install-recommends", *packages)
            missing = [tool for tool in missing if tool.path is None]
    for tool in missing if may_make() else ():
        tool.make()
    return [tool for tool in missing if tool.path is None]


def may_install() -> bool:
    """True for root on a system of Debian's packages."""
    return may_make() and os.getuid() == 0 and shutil.which("apt-get") is not None


def may_make() -> bool:
    """False where NBMODELVER_INSTALL=no forbids to install anything."""
    return os.environ.get("NBMODELVER_INSTALL") != "no"


def make_environment(folder: Path, requirements: Path) -> None:
    """Make a virtual environment with these packages. A failure shows in what is missing afterwards."""
    if subprocess.run([sys.executable, "-m", "venv", str(folder)], check=False).returncode == 0:
        install = [
            str(folder / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "-qq",
            "--no-compile",
            "-r",
            str(requirements),
        ]
        subprocess.run(install, check=False, stdout=subprocess.DEVNULL)


def _apt_get(*arguments: str) -> None:
    """A failure shows in what is missing afterwards; apt-get has said the rest on stderr."""
    # RUNLEVEL=1: no server that is installed is started.
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    subprocess.run(["apt-get", "-qq", *arguments], env=env, check=False, stdout=subprocess.DEVNULL)


def _said(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""


def _major(version: str) -> int:
    """The first number of a version; 0 when there is none."""
    number = re.search(r"\d+", version.partition(":")[2] or version)
    return int(number[0]) if number else 0


TOOLS = {
    "node": NPM, "chromium": CHROMIUM, "firefox": FIREFOX, "ministack": S3, "azurite": AZURITE, "sshd": SSHD,
    "radosgw": RADOSGW, "dvc": DVC, "git-lfs": GIT_LFS, "mlflow": MLFLOW,
}  # fmt: skip

if __name__ == "__main__":
    missing = bring([TOOLS[name] for name in sys.argv[1:]])
    sys.exit("\n".join(f"{tool.name} is missing: {tool.hint}" for tool in missing) or 0)
