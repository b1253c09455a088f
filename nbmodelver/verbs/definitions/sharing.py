"""Verbs that exchange versions with other people."""

from __future__ import annotations

from nbmodelver.verbs.definitions.arguments import VERSION_HELP, allow_secret, flag, version
from nbmodelver.verbs.words import Argument, Example, Verb

EXPORT = Verb(
    "export",
    "Write a version as one file that others can open, check and re-run.",
    "The file contains the notebook, data and models in open formats if one represents them exactly, pinned packages, "
    "and a manifest with hashes. Without -o its name is made from the notebook and the version.",
    examples=(Example("v3 -o best.nbmv.zip", "write a bundle"),),
    arguments=(
        version(),
        Argument("output", "the file to write", flags=("-o", "--output"), metavar="FILE"),
        allow_secret("export this name although it looks like a secret"),
    ),
    gives="the path of the file",
)

IMPORT = Verb(
    "import",
    "Add the version in a bundle to the store.",
    "Every member is first checked against the manifest. Nothing in the bundle is run or unpickled.",
    examples=(Example("best.nbmv.zip", "import a bundle"),),
    arguments=(Argument("file", "the bundle", required=True),),
    gives="the version",
)

TRUST = Verb(
    "trust",
    "Allow pickled values of a version that came from elsewhere to be loaded, or list what is trusted.",
    "Pickle can run code. Values that need pickle are refused in versions that came from a bundle, and in stores that "
    "other users can write to, until you trust their origin. The answer lists each value and what it would import. "
    "Trust is bound to the content. It is stored in your own configuration and never in a store or bundle.",
    examples=(
        Example("", "list what you trust"),
        Example("v3", "trust the origin of this version"),
        Example("v3 --revoke", "stop trusting it"),
    ),
    arguments=(Argument("version", VERSION_HELP), flag("revoke", "stop trusting it")),
    gives="the trusted origins",
)
