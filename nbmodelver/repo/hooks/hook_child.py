"""The child process of a hook with `call`: imports one function of an installed package and gives it the document.

It runs as a script and imports nothing of nbmodelver. The hook passes if the function returns None or True.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import Any


def main(call: str) -> int:
    """Call the function with the document on the input, and return the exit status."""
    document = json.loads(sys.stdin.read())
    module, _, name = call.partition(":")
    function: Any = getattr(import_module(module), name)
    result = function(document)
    if result is None or result is True:
        return 0
    print(result if isinstance(result, str) else f"it returned {result!r}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
