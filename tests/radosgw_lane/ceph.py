"""Starts Ceph's object gateway: one monitor, one store of objects in memory, and radosgw, on the loopback interface.

It is a test of the protocol against a storage engine that teams run themselves, and no test of durability.
"""

from __future__ import annotations

import base64
import contextlib
import email.utils
import hmac
import os
import subprocess
import time
import uuid
from typing import TYPE_CHECKING

from tests import servers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

START_S = 90.0
BUCKET = "nbmodelver-tests"
KEY, SECRET = "radosgw-tests", "secret-of-the-tests"
CONFIGURATION = """\
[global]
fsid = {fsid}
mon host = [v2:127.0.0.1:{monitor},v1:127.0.0.1:{old_monitor}]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
mon allow pool size one = true
osd crush chooseleaf type = 0
mon data avail crit = 1
mon data avail warn = 1
run dir = {folder}
admin socket = {folder}/$name.$pid.asok
log file = {folder}/$name.log
pid file =
mon cluster log file = {folder}/cluster.log
mon data = {folder}/mon
osd data = {folder}/osd
osd objectstore = memstore
memstore device bytes = 2147483648
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:{port}
rgw enable usage log = false
ms mon client mode = crc secure
"""
# Without the last line radosgw demands an encrypted connection that the monitor does not offer, and ends after 300 s.


@contextlib.contextmanager
def radosgw(folder: Path) -> Iterator[servers.Server]:
    """The gateway with one bucket and one user. Its objects are in memory."""
    monitor, old_monitor, port = servers.free_port(), servers.free_port(), servers.free_port()
    configuration, fsid = folder / "ceph.conf", str(uuid.uuid4())
    configuration.write_text(
        CONFIGURATION.format(fsid=fsid, monitor=monitor, old_monitor=old_monitor, port=port, folder=folder)
    )
    for name in ("mon", "osd", "daemon-mon", "daemon-osd", "daemon-rgw"):
        (folder / name).mkdir()
    addresses = f"[v2:127.0.0.1:{monitor},v1:127.0.0.1:{old_monitor}]"
    _run(folder, "monmaptool", "--create", "--fsid", fsid, "--addv", "a", addresses, str(folder / "monmap"))
    _run(folder, "ceph-mon", "--mkfs", "-i", "a", "--monmap", str(folder / "monmap"))
    with contextlib.ExitStack() as running:
        running.enter_context(_daemon(folder, "mon", ["ceph-mon", "-i", "a", "-f"], monitor))
        _until(folder, "quorum", "ceph", "mon", "stat")
        disk = str(uuid.uuid4())
        _run(folder, "ceph", "osd", "new", disk)
        _run(folder, "ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", disk)
        running.enter_context(_daemon(folder, "osd", ["ceph-osd", "-i", "0", "-f"], monitor))
        _until(folder, "1 up", "ceph", "osd", "stat")
        pid = running.enter_context(_daemon(folder, "rgw", ["radosgw", "-n", "client.rgw", "-f"], port))
        _run(
            folder, "radosgw-admin", "user", "create", "--uid", "tests", "--display-name", "tests",
            "--access-key", KEY, "--secret-key", SECRET,
        )  # fmt: skip
        endpoint = f"http://127.0.0.1:{port}"
        _make_bucket(endpoint)
        keys = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
        yield servers.Server(f"s3://{BUCKET}", {"endpoint": endpoint, "region": "us-east-1"}, keys, folder, port, pid)


def _daemon(folder: Path, name: str, command: list[str], port: int) -> contextlib.AbstractContextManager[int]:
    configured = [command[0], "-c", str(folder / "ceph.conf"), *command[1:]]
    return servers.running(configured, folder / f"daemon-{name}", dict(os.environ), port)


def _run(folder: Path, *command: str) -> str:
    """Run a command of Ceph, and return what it prints. Raises RuntimeError if it fails."""
    configured = [command[0], "-c", str(folder / "ceph.conf"), *command[1:]]
    if command[0] == "monmaptool":
        configured = list(command)
    done = subprocess.run(configured, capture_output=True, text=True, timeout=START_S, check=False)
    if done.returncode:
        raise RuntimeError(f"{command!r} failed: {done.stderr[-2000:]}")
    return done.stdout + done.stderr


def _until(folder: Path, word: str, *command: str) -> None:
    """Run a command until its answer has a word."""
    deadline = time.monotonic() + START_S
    while word not in _run(folder, *command):
        if time.monotonic() > deadline:
            raise RuntimeError(f"{command!r} did not answer {word!r} within {START_S:.0f} s")
        time.sleep(0.3)


def _make_bucket(endpoint: str) -> None:
    """Create the bucket, by a request that is signed (version 2)."""
    date = email.utils.formatdate(usegmt=True)
    signature = base64.b64encode(hmac.digest(SECRET.encode(), f"PUT\n\n\n{date}\n/{BUCKET}".encode(), "sha1")).decode()
    servers.request("PUT", f"{endpoint}/{BUCKET}", {"Date": date, "Authorization": f"AWS {KEY}:{signature}"})
