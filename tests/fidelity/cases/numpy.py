"""numpy: every dtype, every layout, every flag."""

# fmt: off
from tests.fidelity.case import Family

dtypes = Family("numpy", "import numpy as np\n")
FAMILIES = [dtypes]
exact = dtypes.exact

for kind in ("bool", "int8", "uint16", "int64", "uint64", "float16", "float32", "float64", "longdouble", "complex64",
             "complex128", "clongdouble", "S5", "U7", "V4", "M8[ns]", "M8[D]", "M8[25us]", "m8[s]", ">i4", ">f8", ">U3",
             ">M8[h]"):  # fmt: skip
    exact(kind, f"a = np.arange(6).astype('i8').astype('{kind}' if '{kind}' != 'V4' else 'i4').view() if '{kind}' != 'V4'"
          " else np.arange(6, dtype='i4').view('V4')\na = a.copy(); n = a[2]", "a n")  # fmt: skip
exact("structured", "a = np.array([(1, 2.5, b'x')], [('i', '<i4'), ('f', '>f8'), ('s', 'S3')])", "a", "a['f']")
exact("nested structured", "a = np.zeros(2, [('p', [('x', 'f4'), ('y', 'f4', (2,))]), (('title', 'n'), 'i2')])", "a")
exact("aligned structured", "a = np.zeros(2, np.dtype([('x', 'i1'), ('y', 'f8')], align=True)); d = a.dtype", "a d")
exact("offsets and gaps", "d = np.dtype({'names': ['a', 'b'], 'formats': ['i4', 'u1'], 'offsets': [4, 0], 'itemsize': 12})\n"
      "a = np.zeros(3, d); a['a'] = [1, 2, 3]", "d a")  # fmt: skip
exact("structured scalar", "a = np.array([(1, 2.5)], 'i4,f8')[0]", "a", "a['f1']")
exact("objects", "a = np.array([1, 'x', None, [2], (3,), 2.5], object)", "a")
exact("objects, Fortran", "a = np.asfortranarray(np.array([[1, 'a', None], [2, 'b', []]], object))", "a")
exact("objects, 0-d", "a = np.array(None, object); b = np.array({'x': 1}, object)", "a b")
exact("structured with objects", "a = np.array([(1, 'x'), (2, [3])], [('i', int), ('o', object)])", "a")
exact(
    "StringDType",
    "a = np.array(['a', 'long enough to leave the small string arena', ''], np.dtypes.StringDType())",
    "a",
    needs=("numpy>=2.0",),
)
exact(
    "StringDType with NaN",
    "a = np.array(['a', np.nan], np.dtypes.StringDType(na_object=np.nan))",
    "a",
    "np.isnan(a[1])",
    needs=("numpy>=2.0",),
)
exact("0-d", "a = np.array(3.5)", "a")
exact("empty", "a = np.zeros((0, 3)); b = np.zeros((2, 0, 2), 'i2', order='F')", "a b")
exact("Fortran", "a = np.asfortranarray(np.arange(12.0).reshape(3, 4))", "a", "a.ravel('K')")
exact("permuted axes", "a = np.ascontiguousarray(np.arange(24).reshape(2, 3, 4)).transpose(1, 2, 0).copy('K')", "a")
exact("read-only", "a = np.arange(3); a.flags.writeable = False", "a", "a.__setitem__(0, 1)")
exact("NaN payloads", "a = np.array([0x7ff8000000000123, 0xfff0000000000001], 'u8').view('f8').copy()", "a")
exact("minus zero and infinities", "a = np.array([-0.0, 0.0, np.inf, -np.inf]); b = -0.0", "a b")
exact(
    "NaT",
    "a = np.array(['NaT', '2020-01-01'], 'M8[s]'); b = np.datetime64('NaT'); c = np.timedelta64('NaT', 'D')",
    "a b c",
)
exact("masked", "a = np.ma.array([1.5, 2, 3], mask=[0, 1, 0], fill_value=-9)", "a", "a.filled()", "a.mean()")
exact("masked, hard mask", "a = np.ma.array([1, 2], mask=[1, 0], hard_mask=True)", "a", "a.__setitem__(0, 5)")
exact("masked, no mask", "a = np.ma.array([1, 2])", "a")
exact("masked, structured", "a = np.ma.array([(1, 2.0)], mask=[(1, 0)], dtype='i4,f8')", "a")
exact("masked constant", "a = np.ma.masked", "a", "a is np.ma.masked")
exact("matrix", "a = np.matrix([[1, 2], [3, 4]])", "a", "a * a")
exact("recarray", "a = np.rec.array([(1, 'x')], dtype=[('n', 'i4'), ('s', 'U3')])", "a", "a.n", "a[0].s")
exact("char array", "a = np.char.array(['a ', 'bb'])", "a", "a.upper()", loose=("OWNDATA",))
exact("subclass", "class Metres(np.ndarray):\n    def __array_finalize__(self, obj): self.unit = getattr(obj, 'unit', None)\n"
      "a = np.arange(3.0).view(Metres); a.unit = 'm'", "a", "a.unit", "a[1:].unit")  # fmt: skip
exact("polynomial", "p = np.polynomial.Polynomial([1, 2, 3])", "p", "p(2.0)", "p.deriv()")
exact("poly1d", "p = np.poly1d([1, 2, 3])", "p", "p(2)")
exact("dtype", "d = np.dtype('>f4'); e = np.dtype([('a', 'i4')]); f = np.dtype('M8[ms]')", "d e f")
exact(
    "dtype with metadata", "d = np.dtype('f8', metadata={'unit': 'm'}); a = np.zeros(2, d)", "d a", loose=("OWNDATA",)
)
exact("ufunc", "f = np.add; g = np.frompyfunc", "f g", "f(1, 2)")
exact("vectorized function", "f = np.vectorize(lambda x: x + 1)", "f", "f([1, 2])")
exact("unaligned", "a = np.frombuffer(bytearray(b'x' + bytes(range(16))), 'f4', 3, 1)", "a", loose=("a.flags",))
exact("frombuffer of bytes", "a = np.frombuffer(bytes(range(16)), 'u2')", "a", loose=("a.flags.OWNDATA",))
exact("big", "a = np.arange(200_000.0).reshape(1000, 200)", "a", damage="a[5, 5] = -1")
exact(
    "scalars",
    "a = [np.float32(0.1), np.int8(-3), np.bool_(True), np.str_('é'), np.bytes_(b'\\0'), np.complex64(1j)]",
    "a",
)
exact("nditer-made broadcast object", "a = np.lib.stride_tricks.as_strided(np.arange(5.0), (3, 3), (8, 8)).copy()", "a")
dtypes.note("memmap", "import tempfile, os\n"
            "p = os.path.join(tempfile.mkdtemp(), 'm')\na = np.memmap(p, 'f4', 'w+', shape=(3,)); a[:] = [1, 2, 3]", "a",
            says="memmap", loose=("a: a numpy.ndarray",))  # fmt: skip
dtypes.exact("errstate and printoptions objects", "e = np.finfo('f4'); i = np.iinfo('u2')", "e i", "e.eps", "i.max")

random = Family("random", "import numpy as np, random\n")
FAMILIES.append(random)
random.exact(
    "Generator",
    "g = np.random.default_rng(3); g.random()",
    "g",
    "g.random(3)",
    "g.integers(0, 9, 4)",
    damage="g.random(5)",
)
random.exact("generators that share a BitGenerator", "b = np.random.PCG64(1)\ng = np.random.Generator(b); h = np.random.Generator(b)",
             "g h b", "g.random()", "h.random()", "g.random()")  # fmt: skip
for bits in ("MT19937", "PCG64DXSM", "Philox", "SFC64"):
    random.exact(
        bits, f"g = np.random.Generator(np.random.{bits}(5)); g.standard_normal(3)", "g", "g.standard_normal(2)"
    )
random.exact("RandomState", "r = np.random.RandomState(1); r.randn(3)", "r", "r.randn(4)")
random.exact("SeedSequence", "s = np.random.SeedSequence(7); s.spawn(2)", "s", "s.spawn(1)[0].generate_state(2)")
random.exact("Random", "r = random.Random(4); r.random()", "r", "r.random()", "r.gauss(0, 1)", damage="r.random()")
random.exact(
    "Random in a subclass",
    "class R(random.Random):\n    extra = 1\nr = R(4); r.note = [1]",
    "r",
    "r.random()",
    "r.note",
)
random.exact("a generator in an object", "class Sim:\n    def __init__(self): self.rng = np.random.default_rng(0)\n"
             "    def step(self): return self.rng.random()\ns = Sim(); s.step()", "s", "s.step()")  # fmt: skip
