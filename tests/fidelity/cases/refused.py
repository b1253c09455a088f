"""Values that cannot be kept, each named with its path; hooks that lie, raise or exit."""

# fmt: off
from tests.fidelity.case import Family

refused = Family("not keepable")
hostile = Family("hostile")
FAMILIES = [refused, hostile]
named = refused.named

named("a generator", "g = (i for i in range(3)); next(g)", "g", "g: a generator cannot be kept")
named("a generator inside", "d = {'a': [1, {'g': (i for i in [])}]}", "d", "d['a'][1]['g']: a generator")
named("a coroutine", "async def f(): pass\nc = f(); d = [c]; c.close()", "d", "d[0]: a coroutine")
named("an open file", "import tempfile\nf = tempfile.TemporaryFile('w'); d = {'log': f}", "d", "d['log']: a file")
named("a thread and what holds one", "import threading\nt = threading.Thread(target=print); d = {'t': t}; e = [threading.Timer(1, print)]", "d e", "d['t']: a thread cannot be kept", "e[0]: a thread")
named("a socket", "import socket\ns = socket.socket(); d = {'s': s}", "d", "d['s']: an open socket")
named("a cursor", "import sqlite3\nd = [sqlite3.connect(':memory:').cursor()]", "d", "d[0]: an open database")
named("a dead weak reference", "import weakref\nclass C: pass\nd = [weakref.ref(C())]", "d", "d[0]")
named("a frame", "import sys\nd = [sys._getframe()]", "d", "d[0]: a frame")
named("a traceback", "try: 1 / 0\nexcept Exception as e: d = {'t': e.__traceback__}", "d", "d['t']: a traceback")
named("a file for writing in an object", "import os\nclass Log:\n    def __init__(self): self.to = open(os.devnull, 'w')\nm = Log()", "m", "m.to: a file open for writing")
named("a pool at work", "import threading\nfrom concurrent.futures import ThreadPoolExecutor\ngo = threading.Event(); p = ThreadPoolExecutor(1); f = p.submit(go.wait, 5); d = [p, f]", "d", "d[0]: a pool at work")
named("a finalizer", "import weakref\nclass C: pass\nc = C(); d = [weakref.finalize(c, print)]", "d", "d[0]: a finalizer")
named("in a closure", "def make():\n    g = (i for i in [])\n    def f(): return g\n    return f\nf = make()", "f", "f.<closure>.g: a generator")
named("in slots", "class S:\n    __slots__ = ('x',)\ns = S(); s.x = (i for i in [])", "s", "s.x: a generator")
named("in a pipeline", "from sklearn.pipeline import Pipeline\nfrom sklearn.base import BaseEstimator\nclass Step(BaseEstimator):\n    def __init__(self): self.cache = (i for i in [])\n    def fit(self, X, y=None): return self\n    def transform(self, X): return X\npipe = Pipeline([('s', Step())])", "pipe", "pipe.steps[0][1].cache: a generator", needs=("sklearn",))
named("in an array of objects", "import numpy as np\na = np.array([1, (i for i in [])], object)", "a", "a")
named("in attrs", "import pandas as pd\nf = pd.DataFrame({'o': [1]}); f.attrs['g'] = (i for i in [])", "f", "f", needs=("pandas",))
named("a neighbour that shares", "x = [1]\nd = {'x': x, 'g': (i for i in [])}", "d x", "d['g']: a generator")
named("a neighbour that does not", "x = [1]\nd = {'g': (i for i in [])}", "d x", "d['g']: a generator")
named("an event loop's future", "import asyncio\nl = asyncio.new_event_loop(); d = [l.create_future()]; l.close()", "d", "d[0]")
named("a process", "import subprocess\nd = [subprocess.Popen(['true'], stdin=subprocess.PIPE)]; d[0].communicate()", "d", "d[0]: a running program")
named("a context variable", "import contextvars\nv = contextvars.ContextVar('v'); d = [v]", "d", "d[0]")
named("a compressor", "import zlib\nd = [zlib.compressobj()]", "d", "d[0]")
named("a hash", "import hashlib\nd = [hashlib.sha256(b'x')]", "d", "d[0]")
named("a ctypes pointer", "import ctypes\nx = ctypes.c_int(5); d = [ctypes.pointer(x)]", "d", "d[0]")
named("a class that refuses", "class C:\n    def __reduce__(self): raise TypeError('not me')\nd = {'c': C()}", "d", "d['c']: TypeError: not me")

hostile.named("raises", "class C:\n    def __getstate__(self): raise RuntimeError('boom')\nc = [C()]", "c", "c[0]: RuntimeError: boom")
hostile.named("exits", "class C:\n    def __reduce__(self): raise SystemExit(3)\nc = C()", "c", "c: its pickling raised SystemExit")
hostile.named("recurses for ever", "class C:\n    def __reduce__(self): return (C, (C(),))\nc = C()", "c", "c: nested too deep")
hostile.named("too deep", "c = []\nclass B:\n    def __init__(self, x): self.x = x\nfor _ in range(100_000): c = B(c)", "c", "c: nested too deep")
hostile.named("returns nonsense", "class C:\n    def __reduce__(self): return 17\nc = [C()]", "c", "c[0]")
hostile.named("is a lambda's default", "class C:\n    def __init__(self): self.f = lambda g=(i for i in []): g\nc = C()", "c", "c.f.__defaults__[0]: a generator")
hostile.exact("raises in eq, hash, repr, bool, len", """
    class C:
        def __init__(self): self.x = 1
        def _no(self, *args): raise RuntimeError("called")
        __eq__ = __repr__ = __bool__ = __len__ = __str__ = __iter__ = _no
        def __hash__(self): return 5
    c = C(); d = {"c": c, "l": [c, c]}
    """, "c d", "d['l'][0] is c", "c.x")
hostile.exact("a state of its own making", "class C:\n    def __getstate__(self): return dict(self.__dict__)\nc = C(); c.x = 1", "c", "c.x")
hostile.exact("getattr that answers everything", "class C:\n    def __getattr__(self, name):\n        if name.startswith('__'): raise AttributeError(name)\n        return name\nc = C()", "c", "c.anything")
hostile.exact("getattr that recurses before it is filled", "class C:\n    def __init__(self): self.inner = {'a': 1}\n    def __getattr__(self, name):\n        if name.startswith('__'): raise AttributeError(name)\n        return self.inner[name]\nc = C()", "c", "c.a")
hostile.note("own setstate", "class C:\n    def __init__(self): self.x = [1]; self.cache = lambda: 1\n    def __getstate__(self): return {'x': self.x}\n    def __setstate__(self, s): self.__dict__.update(s); self.cache = 'made again'\nc = C()", "c", "c.x", says="its own pickling changes cache", loose=("c.cache", "c<reduced>"))
hostile.exact("getnewargs", "class C(tuple):\n    def __new__(cls, a, b): return super().__new__(cls, (a, b))\n    def __getnewargs__(self): return tuple(self)\nc = C(1, [2])", "c", "c[1]")
hostile.exact("a metaclass that raises in repr", "class M(type):\n    def __call__(cls, *a): return super().__call__(*a)\n    def __repr__(cls): raise RuntimeError\nclass C(metaclass=M): pass\nc = C()", "c")
