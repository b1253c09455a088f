"""Verbs that exchange versions with other people."""

from __future__ import annotations

from nbmodelver.verbs.definitions.arguments import (
    DRY_RUN,
    JSON,
    VERSION_HELP,
    allow_secret,
    flag,
    force_use,
    limit_s,
    version,
)
from nbmodelver.verbs.words import Argument, Example, Verb

EXPORT = Verb(
    "export",
    "Write a version as one file that others can open, check and re-run.",
    "The file contains the notebook, data and models in open formats if one represents them exactly, pinned packages, "
    "the files that cells read, and a manifest with hashes. Without -o its name is made from the notebook and the "
    "version. A name that ends in .ipynb gives a notebook that carries the bundle. --as writes one model alone into a "
    "new folder, in an open format where one holds it, with a program that loads it, an example, and a proof that a "
    "fresh process predicts the same. --serve adds a server that answers predictions over HTTP, --image the build "
    "context of a container image, --conda and --pixi files from which its environment is made again, and --onnx a "
    "copy of what it predicts, which is compared with the model.",
    examples=(
        Example("v3 -o best.nbmv.zip", "write a bundle"),
        Example("v3 --only model --slice", "one variable, and the cells on which it depends"),
        Example("v3 --model model --as served", "write a model alone"),
        Example("v3 --model model --as image --image", "with a server and a Dockerfile"),
        Example("v3 --model model --as rebuilt --conda --pixi", "with files for conda and pixi"),
        Example("v3 exported --to files", "a folder with its files, for any program"),
        Example("--all exported --to files --dry-run", "what an export of all versions would write"),
    ),
    arguments=(
        version(),
        Argument("target", "with --to: the folder, repository or address"),
        Argument(
            "to", "write to this system instead: its own client reads the result", flags=("--to",), metavar="SYSTEM"
        ),
        flag("all", "with --to: every version that was committed; again at any time, with only what is new"),
        flag("dry_run", "with --to: what would be written, and what that system cannot hold"),
        Argument("output", "the file to write", flags=("-o", "--output"), metavar="FILE"),
        Argument(
            "only",
            "export only this variable; may be repeated",
            flags=("--only",),
            type="name",
            many=True,
            metavar="NAME",
        ),
        flag("no_data", "leave datasets and input files out", "--no-data"),
        flag("no_files", "leave the files out that cells read", "--no-files"),
        flag("portable", "write models in open formats too, which loads them"),
        flag("slice", "replay.ipynb has only the cells on which the exported variables depend"),
        flag("notebook", "write a notebook that carries the bundle, up to 20 MB"),
        flag("lock", "ask the index for the hashes of all packages, for requirements.lock.txt"),
        flag("offline", "put the wheels of all packages inside, so that it can be run again without an index"),
        flag("sign", "sign it with your key (%mv_policy key)"),
        Argument("folder", "write one model into this new folder instead", flags=("--as",), metavar="FOLDER"),
        Argument(
            "model", "with --as: the variable, if the version has several models", flags=("--model",), type="name"
        ),
        Argument("example", "with --as: the dataset of the example", flags=("--example",), type="name"),
        flag("serve", "with --as: add app.py, a server for predictions, and its requirements"),
        flag("image", "with --as: add a Dockerfile, and what --serve adds"),
        flag("conda", "with --as: add environment.yml, with exact releases"),
        flag("pixi", "with --as: add pixi.toml, with exact releases"),
        flag("onnx", "with --as: add a copy of what the model predicts, as ONNX"),
        Argument("licence", "with --as: the licence of the model", flags=("--license",), metavar="SPDX"),
        allow_secret("export this name although it looks like a secret"),
        force_use("export"),
    ),
    gives="the path of the file",
)

BUNDLE = Verb(
    "bundle",
    "Show or check what a bundle contains, or write its files into a folder.",
    "Every member is checked against the manifest first. Nothing in the bundle is run or loaded. No store is needed.",
    examples=(
        Example("show best.nbmv.zip", "the version and its variables"),
        Example("verify best.nbmv.zip", "only the check"),
        Example("extract best.nbmv.zip best", "write all files into the new folder best"),
    ),
    arguments=(
        Argument("action", "show, verify or extract", choices=("show", "verify", "extract"), required=True),
        Argument("file", "the bundle", required=True),
        Argument("folder", "with extract: the folder; default: the name of the bundle"),
        JSON,
    ),
    gives="what the bundle contains",
)

IMPORT = Verb(
    "import",
    "Add the version in a bundle to the store, or versions of another system.",
    "Every member is first checked against the manifest. Nothing in the bundle is run or unpickled. With --only the "
    "version has only these variables, and those that share objects with them; its note names the others. A rollback "
    "to it does not change the others. With --from the versions of another system come in, with their parents, times "
    "and authors; again at any time, with only what is new. Nothing of them is loaded: values that need pickle wait "
    "for %mv_trust.",
    examples=(
        Example("best.nbmv.zip", "import a bundle"),
        Example("best.nbmv.zip --only model --only df", "import two of its variables"),
        Example("exported --from files --dry-run", "what would come in from a folder"),
    ),
    arguments=(
        Argument("file", "the bundle; with --from: the folder, repository or address", required=True),
        Argument("system", "read from this system instead", flags=("--from",), metavar="SYSTEM"),
        flag("dry_run", "with --from: what would be imported, and what does not come in"),
        JSON,
        Argument(
            "only",
            "import only this variable; may be repeated",
            flags=("--only",),
            type="name",
            many=True,
            metavar="NAME",
        ),
    ),
    gives="the version",
)

RERUN = Verb(
    "rerun",
    "Run a version again in a fresh environment, and compare the results with the record.",
    "The cells run in the order in which they ran, in a new folder and a new environment with the recorded releases, "
    "which is cached. Metrics, variables and outputs are compared: bit-identical, numerically equal, different, "
    "missing, or cannot tell. If something differs, the cells run again to test the cause: unseeded randomness, the "
    "time, the order of sets. The notebook and the store stay as they are. On the command line the exit status is 0 "
    "if the version was reproduced, else 1.",
    examples=(
        Example("v3 --dry-run", "what would run, and what the record lacks"),
        Example("v3 --here", "run v3 again in this environment"),
        Example("best.nbmv.zip --here --yes --report report.html", "run a bundle, which allows its code to run"),
    ),
    arguments=(
        Argument("version", f"{VERSION_HELP}, or a bundle", default="HEAD"),
        flag("here", "run it in this environment instead of a new one; differences are named"),
        DRY_RUN,
        flag("once", "do not run it again to test causes"),
        flag("yes", "allow the code of a bundle to run"),
        flag("offline", "refuse connections to other machines"),
        limit_s("the seconds that one cell may take", 600.0),
        Argument("memory", "the memory that the kernel may take, such as 8GB", flags=("--memory",), metavar="SIZE"),
        Argument("report", "write the result as an HTML page", flags=("--report",), metavar="FILE"),
        JSON,
    ),
    gives="the result: agreed, is_reproduced, items",
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
