"""The verbs: one definition of each behind the magics, the command line, the help and the docs.

It knows words and how to read a line of them. What a verb does is said in repo.py and kernel/.
"""

from nbmodelver.verbs.called import Given, called, signature
from nbmodelver.verbs.definitions import VERBS
from nbmodelver.verbs.help import docs, docs_index, docs_page, help_text, overview
from nbmodelver.verbs.parse import Call, find, parse, usage
from nbmodelver.verbs.split import split
from nbmodelver.verbs.words import Argument, Example, Verb

__all__ = [
    "VERBS", "Argument", "Call", "Example", "Given", "Verb", "called", "docs", "docs_index", "docs_page", "find",
    "help_text", "overview", "parse", "signature", "split", "usage",
]  # fmt: skip
