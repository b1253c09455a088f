"""The chain of one writer: the position at which this process appends its next event."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field


@dataclass
class Chain:
    """The end of the chain of this process. A forked child starts its own chain."""

    writer: str = field(default_factory=lambda: secrets.token_hex(16))
    process: int = field(default_factory=os.getpid)
    sequence: int = 0
    last: str = ""

    @property
    def is_own(self) -> bool:
        """False in a child process that was forked after the chain was started."""
        return self.process == os.getpid()
