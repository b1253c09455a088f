"""Notebooks that depend on what is around them: the environment, the network, the shell, the person at the keyboard."""

from __future__ import annotations

from tests.rerun_lane.notebook import Notebook

NOTEBOOKS = (
    Notebook(
        "a-variable-of-the-environment-that-is-missing",
        (
            "import os\nsize = int(os.environ['LANE_SIZE'])",
            "x = list(range(size))",
        ),
        "missing",
        dict.fromkeys(("size", "x"), ("missing", "the environment variable LANE_SIZE, which a re-run does not get")),
        variables={"LANE_SIZE": "4"},
        ended=r"cell 1 raised KeyError: 'LANE_SIZE'",
        lacks=(r"the environment variable LANE_SIZE",),
        runs=1,
        quick=True,
    ),
    Notebook(
        "a-variable-of-the-environment-with-a-default",
        (
            "import os\nmode = os.getenv('LANE_MODE', 'slow')\nepochs = 10 if mode == 'slow' else 2",
            "other = 1",
        ),
        "different",
        dict.fromkeys(
            ("mode", "epochs"),
            ("different", "the environment variable LANE_MODE, which a re-run does not get"),
        ),
        variables={"LANE_MODE": "fast"},
        lacks=(r"the environment variable LANE_MODE",),
    ),
    Notebook(
        "an-answer-at-the-keyboard",
        (
            "name = input('Name? ')",
            "greeting = f'Hello {name}'",
        ),
        "missing",
        dict.fromkeys(("name", "greeting"), ("missing", r"the answers to input\(\), which a re-run cannot give")),
        answers=("Ada",),
        ended=r"cell 1 raised StdinNotImplementedError: .*",
        lacks=(r"the answers to input\(\), in 1 of the cells",),
        runs=1,
    ),
    Notebook(
        "lines-of-the-shell",
        (
            "import pandas as pd",
            "!echo 'a,b' > made.csv\n!echo '1,2' >> made.csv",
            "lines = !cat made.csv",
            "count = len(lines)\ntable = pd.read_csv('made.csv')",
            "%%bash\necho done",
            "%env LANE_SET=3",
            "import os\nfrom_magic = os.environ['LANE_SET']",
        ),
        lacks=(r"the results of commands of the shell, in 3 of the cells",),
        runs=1,
    ),
    Notebook(
        "a-host-that-is-not-reached",
        (
            "import urllib.request",
            (
                "try:\n    urllib.request.urlopen('http://data.example.invalid/t.csv', timeout=2)\n    is_online = True\n"
                "except OSError:\n    is_online = False"
            ),
            "rows = 0 if not is_online else 5",
        ),
        options=("--offline",),
        runs=1,
    ),
    Notebook(
        "a-page-that-counts-its-readers",
        (
            "import urllib.request\nport = open('port.txt').read()",
            "seen = urllib.request.urlopen(f'http://127.0.0.1:{port}/', timeout=20).read().decode()",
            "constant = 'x'",
        ),
        "cannot tell",
        {"seen": ("cannot tell", r"the network \(tested\)")},
        web="counts",
    ),
    Notebook(
        "a-page-that-is-gone",
        (
            "import urllib.request\nport = open('port.txt').read()",
            "seen = urllib.request.urlopen(f'http://127.0.0.1:{port}/', timeout=20).read().decode()",
            "n = len(seen)",
        ),
        "missing",
        {"seen": ("missing", "the network"), "n": ("missing", "the network")},
        web="ends",
        ended=r"cell 2 raised URLError: .*",
        runs=1,
    ),
    Notebook(
        "where-and-who",
        (
            "import os, platform\nfolder = os.getcwd()",
            "import getpass\nuser = getpass.getuser()\nmachine = platform.machine()",
            "pid = os.getpid()",
        ),
        "cannot tell",
        {
            "folder": ("cannot tell", r"the folder in which the cells run \(tested\)"),
            "pid": ("cannot tell", r"the time, or an id of the process \(tested\)"),
        },
    ),
    Notebook(
        "magics-of-many-kinds",
        (
            "%config InlineBackend.figure_format = 'png'\n%precision 3",
            "%load_ext autoreload\n%autoreload 2",
            "%%capture captured\nprint('hidden')\nx = 1.23456",
            "x",
            "%who_ls int",
            "y = %sx echo 5\nz = int(y[0])",
            "%%writefile lane_written.py\nW = 12",
            "from lane_written import W\nw = W + 1",
            "?len",
        ),
        lacks=(r"the results of commands of the shell, in 1 of the cells",),
        runs=1,
    ),
    Notebook(
        "a-process-of-its-own",
        (
            "import subprocess, sys",
            "out = subprocess.run([sys.executable, '-c', 'print(6 * 7)'], capture_output=True, text=True).stdout",
            "n = int(out)",
        ),
        runs=1,
    ),
    Notebook(
        "a-module-from-a-folder-that-a-variable-names",
        (
            "import sys, os\nsys.path.append(os.environ.get('LANE_PATH', ''))\nimport lane_outside",
            "k = lane_outside.K",
        ),
        files={"../../outside/lane_outside.py": "K = 3\n"},
        variables={"LANE_PATH": "../../outside"},
        lacks=(r"the environment variable LANE_PATH",),
        runs=1,
    ),
)
