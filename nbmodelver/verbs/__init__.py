"""The verbs: one definition of each behind the magics, the command line, the help and the docs.

This package defines the verbs and parses calls of them. The layers above it implement what a verb does.
"""

from nbmodelver.verbs.definitions import VERBS
from nbmodelver.verbs.from_python import PythonValue, call_from_python, signature
from nbmodelver.verbs.help import docs, docs_index, docs_page, help_text, overview
from nbmodelver.verbs.parse import Call, find, parse, usage, words_of
from nbmodelver.verbs.split import split
from nbmodelver.verbs.words import Argument, Example, Verb

__all__ = [
    "VERBS", "Argument", "Call", "Example", "PythonValue", "Verb", "call_from_python", "docs", "docs_index",
    "docs_page", "find", "help_text", "overview", "parse", "signature", "split", "usage",
    "words_of",
]  # fmt: skip
