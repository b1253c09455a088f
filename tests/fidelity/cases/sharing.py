"""One object under two names, inside containers, in cycles; views of arrays."""

# fmt: off
from tests.fidelity.case import Family

sharing = Family("sharing")
views = Family("views", "import numpy as np\n")
FAMILIES = [sharing, views]

sharing.exact("one list under two names", "a = [1, 2]; b = a", "a b", "a.append(3)", "b")
sharing.exact("changed in place", "a = [1, 2]; b = {'x': a}", "a b", damage="a.append(9); b['x'] = 0")
sharing.exact("one dict in two containers", "d = {'k': 1}; a = [d, d]; b = (d,)", "a b", "a[0].update(z=1)", "b")
sharing.exact("a list that holds itself", "a = []; a.append(a)", "a", "a[0] is a")
sharing.exact("a dict that holds itself", "a = {}; a['me'] = a", "a", "a['me'] is a")
sharing.exact("a cycle across names", "a = {}; b = [a]; a['b'] = b", "a b", "a['b'] is b")
sharing.exact("a tuple in a cycle", "a = []; t = (a, 1); a.append(t)", "a t", "a[0] is t")
sharing.exact("a set of frozensets", "f = frozenset([1, 2]); s = {f, frozenset()}; d = {f: s}", "s d")
sharing.exact("equal but not the same", "a = [1]; b = [1]", "a b", "a.append(2)", "b")
sharing.exact(
    "instances that know each other",
    """
    class Node:
        def __init__(self, name): self.name, self.peer = name, None
    a, b = Node("a"), Node("b")
    a.peer, b.peer = b, a
    """,
    "a b",
    "a.peer is b and b.peer is a",
    damage="a.peer = None; b.name = 'x'",
)
sharing.exact(
    "an attribute that is a name",
    "class Box: pass\ndata = [1, 2]\nbox = Box(); box.data = data; box.me = box",
    "data box",
    "data.append(3)",
    "box.data",
    "box.me is box",
)
sharing.exact(
    "a pipeline and its step",
    """
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.linear_model import Ridge
    import numpy as np
    X = np.arange(20.0).reshape(10, 2); y = X[:, 0] * 2 + 1
    scaler = StandardScaler(); ridge = Ridge()
    pipe = make_pipeline(scaler, ridge).fit(X, y)
    """,
    "pipe scaler ridge X",
    "pipe.steps[0][1] is scaler",
    "pipe.predict(X)",
    "scaler.set_params(with_mean=False)",
    "pipe.get_params()['standardscaler__with_mean']",
    damage="ridge.coef_[:] = 0; scaler.mean_ = None",
    needs=("sklearn",),
)
sharing.exact(
    "a closure and a name",
    """
    def counter():
        seen = []
        def add(x):
            seen.append(x); return len(seen)
        def look(): return list(seen)
        return add, look, seen
    add, look, seen = counter()
    add(1)
    """,
    "add look seen",
    "add(5)",
    "look()",
    "seen",
)
sharing.exact(
    "a default argument and a name",
    "cache = {}\ndef f(x, memo=cache):\n    memo[x] = x * x\n    return memo[x]\nf(3)",
    "cache f",
    "f(4)",
    "cache",
    damage="cache.clear()",
)
sharing.exact("a bound method and its object", "a = [1]; push = a.append", "a push", "push(2)", "a")
sharing.exact(
    "a method of an instance",
    "class C:\n    def __init__(self): self.n = 0\n    def up(self): self.n += 1; return self.n\nc = C(); up = c.up",
    "c up",
    "up()",
    "c.n",
)
sharing.exact("a partial and its argument", "import functools\na = []\nadd = functools.partial(list.append, a)", "a add",
              "add(1)", "a")  # fmt: skip
sharing.exact("frames that share a list in attrs", "import pandas as pd\nn = ['x']\na = pd.DataFrame({'x': [1]}); a.attrs['n'] = n",
              "a n", "n.append('y')", "a.attrs", needs=("pandas",))  # fmt: skip
sharing.exact("attrs that hold the frame", "import pandas as pd\na = pd.DataFrame({'x': [1]}); a.attrs['me'] = [a]\n", "a",
              "a.attrs['me'][0] is a", needs=("pandas",))  # fmt: skip
sharing.exact("one frame under two names", "import pandas as pd\na = pd.DataFrame({'x': [1, 2]}); b = a", "a b",
              "a.loc[0, 'x'] = 7", "b", damage="a['y'] = 0", needs=("pandas",))  # fmt: skip
sharing.exact("an object array and its members", "import numpy as np\nd = {'a': 1}\nx = np.array([d, None, d], object)", "x d",
              "x[0] is d and x[2] is d")  # fmt: skip
sharing.exact("deep in a tree", "leaf = [0]\ntree = {'a': [{'b': (leaf,)}], 'c': {'d': leaf}}", "leaf tree",
              "tree['c']['d'].append(1)", "leaf")  # fmt: skip
sharing.exact(
    "three names, two groups", "a = [1]; b = [a]; c = [2]; d = (c,)", "a b c d", "a.append(0)", damage="c.append(5)"
)
sharing.exact(
    "a weak reference to a neighbour", "import weakref\nclass C: pass\nc = C(); w = weakref.ref(c)", "c w", "w() is c"
)
sharing.exact("a weak reference inside the value",
              "import weakref\nclass C: pass\nc = C(); c.child = C(); c.child.parent = weakref.ref(c)", "c",
              "c.child.parent() is c")  # fmt: skip
sharing.exact("a WeakValueDictionary",
              "import weakref\nclass C: pass\nc = C(); d = weakref.WeakValueDictionary(); d['c'] = c", "c d",
              "d['c'] is c")  # fmt: skip
sharing.exact(
    "a deque of shared lists", "from collections import deque\nx = [1]\nd = deque([x, x], maxlen=3)", "d x", "d[0] is x"
)

views.exact("a slice", "a = np.arange(10.0); b = a[2:5]", "a b", "b[:] = -1", "a")
views.exact("a transpose", "a = np.arange(6).reshape(2, 3); b = a.T", "a b", "b[0, 0] = 9", "a")
views.exact("a reshape", "a = np.arange(6); b = a.reshape(2, 3)", "a b", "b[1] = 0", "a")
views.exact("a column", "a = np.arange(12.0).reshape(4, 3); b = a[:, 1]", "a b", "b += 100", "a")
views.exact("negative strides", "a = np.arange(10); b = a[::-1]; c = a[8:2:-2]", "a b c", "c[0] = -1", "b")
views.exact(
    "another dtype of the same bytes", "a = np.arange(4, dtype='u4'); b = a.view('u1')", "a b", "b[0] = 255", "a"
)
views.exact("two views whose base has no name", "base = np.arange(100.0); a = base[10:20]; b = base[15:30]; del base", "a b",
            "a[5:] = 0", "b", loose=("a.flags.OWNDATA", "b.flags.OWNDATA"))  # fmt: skip
views.exact(
    "a field of a structured array", "a = np.zeros(3, [('x', 'f4'), ('y', 'i8')]); b = a['y']", "a b", "b[:] = 4", "a"
)
views.exact(
    "inside a dict", "a = np.zeros((3, 3)); d = {'row': a[1], 'diag': a.diagonal()}", "a d", "d['row'][:] = 1", "a"
)
views.exact(
    "a read-only view of a writable base",
    "a = np.arange(5); b = a[:]; b.flags.writeable = False",
    "a b",
    "a[0] = 7",
    "b",
)
views.exact("a base changed in place", "a = np.arange(10); b = a[3:]", "a b", damage="a[:] = 0")
views.exact(
    "an object array's slice", "a = np.array([[1], 'x', None, 2.5], object); b = a[1:3]", "a b", "b[0] = 'new'", "a"
)
views.exact(
    "an object array's transpose", "a = np.array([[1, 'a'], [2, 'b']], object); b = a.T", "a b", "b[0, 1] = 5", "a"
)
views.exact("an empty slice", "a = np.arange(5); b = a[5:]", "a b")
views.exact(
    "masks of two masked arrays", "m = np.array([True, False]); a = np.ma.MaskedArray([1, 2], m, copy=False)", "a m"
)
views.exact(
    "a masked array and its slice",
    "a = np.ma.array([1.0, 2, 3], mask=[0, 1, 0]); b = a[1:]",
    "a b",
    "b.data[0] = 9",
    "a.data",
)
views.exact("a matrix of an array", "a = np.eye(2); b = np.asmatrix(a)", "a b", "a[0, 1] = 3", "b")
views.exact("torch of numpy", "import torch\na = np.arange(4.0); t = torch.from_numpy(a)", "a t", "t[0] = 9.0", "a",
            needs=("torch",), loose=("a.flags.OWNDATA",))  # fmt: skip
views.exact("a broadcast", "a = np.arange(3.0); b = np.broadcast_to(a, (4, 3))", "a b", "a[0] = 5", "b")
views.exact(
    "a sliding window",
    "a = np.arange(6.0); b = np.lib.stride_tricks.sliding_window_view(a, 3)",
    "a b",
    "a[2] = 50",
    "b",
)
views.exact("a small view of a big base", "b = np.arange(100_000.0)[10:20]", "b", loose=("b.flags.OWNDATA",))
views.exact("a lone column", "b = np.arange(12.0).reshape(4, 3)[:, 1]", "b",
            loose=("b.flags", "b.strides"))  # fmt: skip
sharing.exact("a set under a name and in an object", "class C: pass\nwords = {'a', 'b', 'c'}; c = C(); c.words = words; e = [ValueError(1), words]", "words c e", "words.add('d')", "sorted(c.words)", "e[1] is c.words")
sharing.exact("a function in two containers", "def make():\n    n = []\n    return lambda x: n.append(x) or n\nf = make(); d = {'f': f}; l = [f]", "d l", "d['f'](1)", "l[0](2)", "d['f'] is l[0]")
