"""`python tests/golden/make_event.py`: writes signed-event, an event of today's format with a fixed key. Not for tests.

A signature that was made once must be verified for ever; when the format changes, make another file and keep this one.
"""

from __future__ import annotations

from pathlib import Path

FILE = Path(__file__).parent / "signed-event"
SECRET = bytes(range(32))
"""The private key. Nobody uses it for anything else."""


if __name__ == "__main__":
    from nbmodelver.catalogue.events import keys, lines
    from tests.catalogue.events.test_lines import EVENT

    FILE.write_bytes(lines.encode(EVENT, keys.PrivateKey(SECRET)))
