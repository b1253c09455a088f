"""Servers that tests of remotes use: S3 (ministack), Azure (Azurite), SSH (OpenSSH) and a web server.

Each runs on the loopback interface and a free port, writes its log to a temporary folder, and is stopped by its process
id. A session of pytest starts each at most once. `found` says which of them this machine has.
"""

from __future__ import annotations

import base64
import contextlib
import email.utils
import functools
import hmac
import http.server
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.environments import machine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

START_S = 90.0
"""A busy machine takes long to start Node."""
S3_BUCKET = "nbmodelver-tests"
AZURE_ACCOUNT = "nbmodelvertests"
AZURE_CONTAINER = "tests"


@dataclass(frozen=True)
class Server:
    """A running server. environment: variables with its credentials, which a test sets."""

    address: str
    options: dict[str, str]
    environment: dict[str, str] = field(repr=False)
    folder: Path
    port: int
    pid: int


def found(tool: machine.Tool) -> bool:
    """True if this machine has the server. Where all are demanded (as in CI), a missing one is an error."""
    if tool.path is None and os.environ.get("NBMODELVER_BROWSER") == "required":
        raise RuntimeError(f"{tool.name} is missing: {tool.hint}")
    return tool.path is not None


@contextlib.contextmanager
def s3(folder: Path) -> Iterator[Server]:
    """ministack with one bucket. Its objects are in memory."""
    port = free_port()
    environment = {
        **_clean(), "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "SERVICES": "s3", "IOT_MTLS_ENABLED": "0",
        "HOME": str(folder), "TMPDIR": str(folder),
    }  # fmt: skip
    command = [machine.S3.path or "ministack"]
    with running(command, folder, environment, port) as pid:
        endpoint = f"http://127.0.0.1:{port}"
        request("PUT", f"{endpoint}/{S3_BUCKET}")
        keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test-secret"}
        yield Server(f"s3://{S3_BUCKET}", {"endpoint": endpoint, "region": "us-east-1"}, keys, folder, port, pid)


@contextlib.contextmanager
def azure(folder: Path) -> Iterator[Server]:
    """Azurite with one container, and an account whose key is new."""
    port, key = free_port(), secrets.token_bytes(64)
    path = machine.AZURITE.path
    assert path is not None
    command = [
        "node", path, "--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", str(folder), "--silent",
        "--skipApiVersionCheck", "--disableTelemetry",
    ]  # fmt: skip
    encoded = base64.b64encode(key).decode()
    environment = {**_clean(), "AZURITE_ACCOUNTS": f"{AZURE_ACCOUNT}:{encoded}"}
    with running(command, folder, environment, port) as pid:
        endpoint = f"http://127.0.0.1:{port}/{AZURE_ACCOUNT}"
        _make_container(endpoint, AZURE_ACCOUNT, key)
        keys = {"AZURE_STORAGE_ACCOUNT_KEY": encoded}
        options = {"endpoint": endpoint, "account": AZURE_ACCOUNT}
        yield Server(f"az://{AZURE_CONTAINER}", options, keys, folder, port, pid)


@contextlib.contextmanager
def ssh(folder: Path) -> Iterator[Server]:
    """OpenSSH's server for this user, with a key and a known host key, and its SFTP server. folder/home is the home.

    Its home has .ssh/config, .ssh/known_hosts and .ssh/id_ed25519, which a client finds with HOME set to it.
    """
    port = free_port()
    sshd = machine.SSHD.path
    assert sshd is not None
    home = folder / "home"
    (home / ".ssh").mkdir(parents=True, mode=0o700)
    host_key, user_key = folder / "host_key", home / ".ssh" / "id_ed25519"
    for key in (host_key, user_key):
        _make_key(key)
    (home / ".ssh" / "authorized_keys").write_text(user_key.with_suffix(".pub").read_text())
    public = host_key.with_suffix(".pub").read_text().split()
    (home / ".ssh" / "known_hosts").write_text(f"[127.0.0.1]:{port} {public[0]} {public[1]}\n")
    configuration = folder / "sshd_config"
    configuration.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {host_key}\nPidFile {folder / 'sshd.pid'}\n"
        f"AuthorizedKeysFile {home / '.ssh' / 'authorized_keys'}\nStrictModes no\nUsePAM no\n"
        f"PasswordAuthentication no\nKbdInteractiveAuthentication no\nSubsystem sftp internal-sftp\n"
        f"MaxStartups 100\nMaxSessions 100\nPermitRootLogin yes\nX11Forwarding no\n"
    )
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd demands it of root and makes it only as a service.
    with running([sshd, "-D", "-e", "-f", str(configuration)], folder, _clean(), port) as pid:
        user = pwd.getpwuid(os.getuid()).pw_name
        address = f"ssh://{user}@127.0.0.1:{port}"
        yield Server(address, {}, {"HOME": str(home), "SSH_AUTH_SOCK": ""}, folder, port, pid)


class Web(http.server.SimpleHTTPRequestHandler):
    """Files with byte ranges, and without a listing. ranges: False ignores Range."""

    protocol_version = "HTTP/1.1"
    ranges = True
    root = ""

    def do_GET(self) -> None:
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        path = Path(self.root) / self.path.lstrip("/")
        if not path.is_file():
            self.send_error(404)
            return
        data = path.read_bytes()
        start, end = 0, len(data)
        if asked and self.ranges:
            start, end = int(asked[1]), min(int(asked[2]) + 1 if asked[2] else len(data), len(data))
            if start >= len(data):
                self._answer(416, b"", {"Content-Range": f"bytes */{len(data)}"})
                return
            self._answer(206, data[start:end], {"Content-Range": f"bytes {start}-{end - 1}/{len(data)}"})
            return
        self._answer(200, data, {})

    def do_HEAD(self) -> None:
        self.do_GET()

    def _answer(self, status: int, data: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data)), "ETag": f'"{hash(data)}"'}.items():
            self.send_header(name, value)
        self.send_header("Last-Modified", self.date_time_string())
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, *_arguments: object) -> None:
        pass


@contextlib.contextmanager
def web(folder: Path, *, ranges: bool = True) -> Iterator[Server]:
    """A web server of Python for the files of a folder, in a thread."""
    handler = type("Handler", (Web,), {"ranges": ranges, "root": str(folder)})
    with serving(handler) as port:
        yield Server(f"http://127.0.0.1:{port}", {}, {}, folder, port, os.getpid())


@contextlib.contextmanager
def serving(handler: type[http.server.BaseHTTPRequestHandler]) -> Iterator[int]:
    """A web server with this handler, in a thread; gives its port. Closes its connections at the end."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=functools.partial(server.serve_forever, poll_interval=0.02))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def free_port() -> int:
    """A port of the loopback interface that is free now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextlib.contextmanager
def running(command: Sequence[str], folder: Path, environment: dict[str, str], port: int) -> Iterator[int]:
    """Run a server until the block ends; gives its process id. It leads a session, which ends with it."""
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            env=environment,
            start_new_session=True,
        ) as process,
    ):
        try:
            _wait(process, port, folder / "log")
            yield process.pid
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until the port accepts connections. Raises RuntimeError with the log of a server that does not start."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args!r} did not start: {log.read_text(errors='replace')[-2000:]}")


def request(method: str, url: str, headers: dict[str, str] | None = None) -> None:
    request = urllib.request.Request(url, method=method, headers=headers or {})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=60):
        pass


def _make_container(endpoint: str, account: str, key: bytes) -> None:
    """Create the container, by a request that is signed with the account's key (Shared Key, version 2019-12-12)."""
    date = email.utils.formatdate(usegmt=True)
    path = f"/{account}/{AZURE_CONTAINER}"
    signed = f"PUT{chr(10) * 12}x-ms-date:{date}\nx-ms-version:2019-12-12\n/{account}{path}\nrestype:container"
    signature = base64.b64encode(hmac.digest(key, signed.encode(), "sha256")).decode()
    headers = {"x-ms-date": date, "x-ms-version": "2019-12-12", "Authorization": f"SharedKey {account}:{signature}"}
    request("PUT", f"{endpoint}/{AZURE_CONTAINER}?restype=container", headers)


def _make_key(path: Path) -> None:
    command = [
        shutil.which("ssh-keygen") or "ssh-keygen",
        "-q",
        "-t",
        "ed25519",
        "-N",
        "",
        "-C",
        "tests",
        "-f",
        str(path),
    ]
    subprocess.run(command, check=True)


def _clean() -> dict[str, str]:
    """The environment without variables of providers and proxies."""
    names = (
        "AWS_",
        "AZURE_",
        "AZURITE_",
        "GOOGLE_",
        "HTTP",
        "http",
        "ALL_PROXY",
        "NODE_OPTIONS",
        "GATEWAY",
        "MINISTACK",
    )
    return {name: value for name, value in os.environ.items() if not name.startswith(names)}
