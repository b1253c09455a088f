"""pandas, polars, pyarrow: every dtype, index and mark."""

# fmt: off
from tests.fidelity.case import Family

pandas = Family("pandas", "import pandas as pd, numpy as np\n", needs=("pandas",))
polars = Family("polars", "import polars as pl\n", needs=("polars",))
arrow = Family("pyarrow", "import numpy as np, pyarrow as pa\n", needs=("pyarrow",))
FAMILIES = [pandas, polars, arrow]
exact = pandas.exact

for kind, values in {
    "Int64": "[1, None, 3]", "UInt8": "[1, None, 3]", "Float32": "[1.5, None, 2]", "boolean": "[True, None, False]",
    "string[python]": "['a', None, 'ü']", "string[pyarrow]": "['a', None, 'ü']", "str": "['a', None, 'b']",
    "category": "['b', 'a', None]", "datetime64[ns]": "['2020-01-01', None, '2021']", "timedelta64[s]": "[1, None, 3]",
    "datetime64[us, Europe/Berlin]": "['2020-03-29', None, '2021-10-31']", "period[M]": "['2020-01', None, '2021-02']",
    "interval[float64, right]": "[pd.Interval(0, 1), None, pd.Interval(1, 2)]", "Sparse[float64]": "[0.0, 1.0, np.nan]",
    "Sparse[int64]": "[0, 0, 1]", "int64[pyarrow]": "[1, None, 3]", "large_string[pyarrow]": "['a', None, 'c']",
    "timestamp[ns][pyarrow]": "[pd.Timestamp('2020'), None, pd.Timestamp('2021')]", "double[pyarrow]": "[1.5, None, 2]",
    "bool[pyarrow]": "[True, None, False]", "object": "[1, 'a', None]", "float16": "[1, 2, 3]", "complex128": "[1j, 2, 3]",
}.items():
    exact(f"column of {kind}", f"s = pd.Series({values}, dtype='{kind}', name='s'); f = s.to_frame(); n = s.iloc[0]",
          "s f n", "s.isna().tolist()", "f['s'].dtype == s.dtype", needs=("pyarrow",) if "pyarrow" in kind else ())
exact("list and struct of Arrow", "t = pd.ArrowDtype(pa.list_(pa.int64())); u = pd.ArrowDtype(pa.struct([('a', pa.int8())]))\n"
      "s = pd.Series([[1], None], dtype=t); r = pd.Series([{'a': 1}, None], dtype=u)".replace("t = ", "import pyarrow as pa\nt = ", 1),
      "s r", "s.list.len()", needs=("pyarrow",))
exact("ordered category with unused levels", "s = pd.Series(pd.Categorical(['lo', 'hi'], ['lo', 'mid', 'hi'], ordered=True))", "s", "s.max()", "s < 'mid'")
exact("category of numbers and of intervals", "a = pd.Series([1.5, 2, 1.5], dtype='category'); b = pd.cut(pd.Series([1, 5, 9]), 3)", "a b", "b.cat.categories")
exact("mixed objects", "s = pd.Series([1, 'a', None, 2.5, [1], {'k': (1,)}, np.nan, pd.NaT, pd.NA])", "s")
exact("mixed frame", "f = pd.DataFrame({'i': [1, 2], 'f': [.5, np.nan], 's': ['x', None], 'b': [True, False], 'd': pd.to_datetime(['2020', None])})", "f",
      "f.dtypes.astype(str).tolist()", "f['new'] = 1", "f.loc[0, 'f'] = 9", damage="f.loc[1, 's'] = 'damaged'; f.drop(columns='i', inplace=True)")
exact("after concat", "f = pd.concat([pd.DataFrame({'a': [1], 'b': [2.0]}), pd.DataFrame({'a': [3], 'b': [4.0]})], axis=1)", "f", "f['a']")
exact("rows for training and for testing", "f = pd.DataFrame(np.arange(12.0).reshape(4, 3)); s = f[0]; train, test, odd, some = f[:3], f[3:], f[::2], s[::2]", "train test odd some", "train.sum()", "test.iloc[0]")
exact("unstacked", "f = pd.DataFrame({'a': [1, 2], 's': ['x', 'y']}, index=pd.MultiIndex.from_tuples([('p', 1), ('q', 1)])).unstack(0)", "f", "f.loc[1]")
exact("many blocks", "f = pd.DataFrame({'a': [1.0]})\nfor i in range(8): f[f'c{i}'] = float(i)", "f", "f.sum(axis=1)")
exact("duplicate columns", "f = pd.DataFrame([[1, 'x', 2.5]], columns=['a', 'a', 'b'])", "f", "f['a'].shape")
exact("int and mixed columns", "f = pd.DataFrame([[1, 2, 3]], columns=[0, 'a', (1, 2)])", "f", "f.columns.tolist()")
exact("empty frames", "a = pd.DataFrame(); b = pd.DataFrame({'x': []}); c = pd.DataFrame(index=[1, 2])", "a b c", "c.shape")
exact("one frame of 0 columns with a date index", "c = pd.DataFrame(index=pd.date_range('2020', periods=3, freq='MS', name='t'))", "c", "c.index.freq")
exact("attrs", "f = pd.DataFrame({'a': [1]}); f.attrs['source'] = {'file': 'x.csv', 'rows': [1, 2]}", "f", "f.attrs")
exact("attributes set on a frame", "import warnings\nwarnings.simplefilter('ignore')\nmeta = {'k': 1}; f = pd.DataFrame({'a': [1, 2], 's': ['x', None]}); s = f['a']; f.meta = meta; f.me = f; s.unit = 'cm'",
      "f s meta", "f.meta is meta", "f.me is f", "s.unit", "f.dtypes.tolist()", "s + 1")
pandas.note("an attribute that cannot be kept", "f = pd.DataFrame({'a': [1]}); f.rows = (i for i in []); f.unit = 'cm'", "f", "f.unit", says="the attribute 'rows' set on a DataFrame", loose=("1 items where 2 were",))
exact("flags", "f = pd.DataFrame({'a': [1]}).set_flags(allows_duplicate_labels=False)", "f", "f.flags.allows_duplicate_labels")
exact("RangeIndex", "i = pd.RangeIndex(2, 20, 3, name='r'); f = pd.DataFrame({'a': range(6)}, index=i)", "i f", "f.loc[5, 'a']")
exact("DatetimeIndex with freq and zone", "i = pd.date_range('2021-03-27', periods=4, freq='12h', tz='Europe/Paris', name='t')", "i", "i.freq", "i + i.freq")
exact("DatetimeIndex without freq, other unit", "i = pd.DatetimeIndex(['2020', '2022'], dtype='M8[s]')", "i", "i.unit")
exact("business days", "i = pd.bdate_range('2020', periods=5); o = pd.offsets.CustomBusinessDay(holidays=['2020-01-03'])", "i o", "i[0] + o")
exact("offsets", "o = [pd.offsets.MonthEnd(2), pd.offsets.Week(weekday=2), pd.DateOffset(months=1, days=2), pd.offsets.Hour(3)]", "o", "[pd.Timestamp('2020') + x for x in o]")
exact("TimedeltaIndex", "i = pd.timedelta_range('1s', periods=3, freq='2s')", "i", "i.freq")
exact("PeriodIndex", "i = pd.period_range('2020Q1', periods=3, freq='Q-NOV', name='q')", "i", "i.to_timestamp()")
exact("IntervalIndex", "i = pd.interval_range(0, 3, closed='both'); f = pd.Series([1, 2, 3], i)", "i f", "f.loc[1.5]")
exact("CategoricalIndex", "i = pd.CategoricalIndex(['a', 'b', 'a'], categories=['b', 'a'], ordered=True, name='c')", "i", "i.codes")
exact("MultiIndex", "i = pd.MultiIndex.from_product([['a', 'b'], pd.date_range('2020', periods=2), [1]], names=['x', None, 'x'])\nf = pd.DataFrame({'v': range(4)}, i)", "i f", "f.loc['a']", "i.get_level_values(1)")
exact("MultiIndex of unused levels", "i = pd.MultiIndex.from_product([['a', 'b'], [1, 2]])[:2]", "i", "i.levels[0].tolist()", "i.remove_unused_levels().levels[0].tolist()")
exact("MultiIndex columns", "f = pd.DataFrame([[1, 2.5, 'x']], columns=pd.MultiIndex.from_tuples([('a', 1), ('a', 2), ('b', None)]))", "f", "f['a']")
exact("Index of objects and of Int64", "i = pd.Index([1, 'a', None], dtype=object); j = pd.Index([1, None], dtype='Int64', name='n')", "i j")
exact("scalars", "a = [pd.Timestamp('2020-10-25 01:30', tz='Europe/Berlin'), pd.Timestamp(5, unit='s'), pd.Timedelta('1h'), pd.Period('2020-01', 'M'), pd.Interval(0, 1, 'left'), pd.NaT, pd.NA]", "a", "a[0].utcoffset()", "a[6] is pd.NA", "a[5] is pd.NaT")
exact("Timestamp with fold", "t = pd.Timestamp('2020-10-25 02:30:00.123456789', tz='Europe/Berlin', fold=1) if False else pd.Timestamp(year=2020, month=10, day=25, hour=2, minute=30, tz='dateutil/Europe/Berlin', fold=1)", "t", "t.fold", "t.utcoffset()", needs=("pandas>=3",))
exact("dtypes", "d = [pd.CategoricalDtype(['a', 'b'], ordered=True), pd.DatetimeTZDtype('ns', 'UTC'), pd.PeriodDtype('D'), pd.SparseDtype(float, 0.0), pd.StringDtype('python'), pd.Int8Dtype(), pd.IntervalDtype('int64', 'left')]", "d")
exact("subclass with metadata", "class Frame(pd.DataFrame):\n    _metadata = ['unit']\n    @property\n    def _constructor(self): return Frame\n"
      "f = Frame({'a': [1, 2]}); f.unit = {'a': 'm'}", "f", "f.unit", "type(f.head(1)).__name__", "f[['a']].unit")
exact("subclass of Series", "class S(pd.Series):\n    _metadata = ['note']\n    @property\n    def _constructor(self): return S\ns = S([1, 2], name='n'); s.note = 'x'", "s", "s.note", "s[:1].note")
exact("frame under copy-on-write", "f = pd.DataFrame({'a': [1, 2]}); g = f[['a']]; s = f['a']", "f g s", "f.loc[0, 'a'] = 9", "g", "s", needs=("pandas>=3",))
exact("numpy view of a column", "f = pd.DataFrame({'a': [1.0, 2]}); v = f['a'].to_numpy()", "f v", loose=("v.flags.OWNDATA",))
exact("groupby", "f = pd.DataFrame({'k': [1, 1, 2], 'v': [1.0, 2, 3]}); g = f.groupby('k')", "g", "g['v'].sum()", "g.obj")
exact("extension arrays by themselves", "a = pd.array([1, None], 'Int64'); b = pd.array(['x', None], 'string'); c = pd.arrays.SparseArray([0, 0, 1]); d = pd.array(pd.date_range('2020', periods=2))", "a b c d", "a[0] = 5", "c.density")
exact("styles and readers", "f = pd.DataFrame({'a': [1, 2]}); r = f.rolling(2)", "f r", "r.sum()")
exact("resampled settings", "h = pd.Series(range(4), pd.date_range('2020', periods=4, freq='h')); e = h.ewm(span=3)", "h e", "e.mean()")

for name, build in {
    "every dtype": "f = pl.DataFrame({'i': [1, None], 'f': [1.5, float('nan')], 's': ['ä', None], 'b': [True, None], 'l': [[1], []], 'st': [{'a': 1}, {'a': 2}]})",
    "times": "from datetime import date, datetime, time, timedelta\nf = pl.DataFrame({'d': [date(2020, 1, 1), None], 't': [datetime(2020, 1, 1), None], 'c': [time(1), None], 'e': [timedelta(1), None]}).with_columns(pl.col('t').dt.replace_time_zone('Europe/Rome').alias('z'))",
    "categories": "f = pl.DataFrame({'c': ['a', 'b', 'a']}, schema={'c': pl.Categorical}).with_columns(pl.col('c').cast(pl.String).cast(pl.Enum(['b', 'a'])).alias('e'))",
    "empty": "f = pl.DataFrame(); g = pl.DataFrame(schema={'a': pl.Int8})",
    "decimals": "from decimal import Decimal\nf = pl.DataFrame({'d': [Decimal('1.10'), None]})",
    "binary, null, array": "f = pl.DataFrame({'b': [b'x', None], 'n': [None, None], 'a': pl.Series([[1, 2], [3, 4]], dtype=pl.Array(pl.Int8, 2))})",
    "unsigned and small": "f = pl.DataFrame({'u': pl.Series([1, 2], dtype=pl.UInt8), 'h': pl.Series([1.5, 2], dtype=pl.Float32)})",
}.items():
    polars.exact(name, build, "f", "f.height", "f.columns", needs=("polars>=1.16",) if name == "decimals" else ())
polars.exact("series and slices", "s = pl.Series('x', [1, 2, 3, 4])[1:3]; t = s.rename('y')", "s t", "s + 1")
polars.exact("lazy", "f = pl.DataFrame({'a': [1, 2, 3]}); q = f.lazy().filter(pl.col('a') > 1).select(pl.col('a') * 2)", "q", "q.collect()")
polars.exact("expression", "e = (pl.col('a') + 1).alias('b')", "e", "pl.DataFrame({'a': [1]}).select(e)")
polars.exact("one frame under two names", "f = pl.DataFrame({'a': [1]}); g = f; d = {'f': f}", "f g d", "f is g is d['f']")
polars.exact("changed in place", "f = pl.DataFrame({'a': [1, 2]})", "f", damage="f.insert_column(0, pl.Series('z', [0, 0]))")
polars.exact("objects", "f = pl.DataFrame({'o': pl.Series([{1}, 'x'], dtype=pl.Object)})", "f", "f['o'].to_list()")
polars.exact("dtypes and schema", "d = [pl.Int64(), pl.List(pl.Int8), pl.Datetime('ms', 'UTC')]; s = pl.Schema({'a': pl.Int8()})", "d s")

ARROW_SINCE = {"string_view": ("pyarrow>=16",)}
for kind, values in {"int8": "[1, None]", "float16": "[np.float16(1.5), None]", "string": "['a', None]", "large_string": "['a', None]", "binary": "[b'a', None]",
                     "bool_": "[True, None]", "date32": "[1, None]", "null": "[None, None]", "string_view": "['a', None]"}.items():
    arrow.exact(f"array of {kind}", f"a = pa.array({values}, pa.{kind}())", "a", "a.null_count", "len(a)", needs=ARROW_SINCE.get(kind, ()))
arrow.exact("nested", "a = pa.array([[{'x': 1}], None, []]); m = pa.array([[('k', 1)]], pa.map_(pa.string(), pa.int8()))", "a m")
arrow.exact("dictionary, decimal, timestamps", "a = pa.array(['x', 'y', 'x']).dictionary_encode(); t = pa.array([1, 2], pa.timestamp('us', 'UTC')); from decimal import Decimal\nd = pa.array([Decimal('1.5')])", "a t d")
arrow.exact("table with metadata", "t = pa.table({'a': [1, 2], 's': ['x', None]}).replace_schema_metadata({'k': 'v'}); u = pa.table({})", "t u", "t.schema.metadata", "t.to_pydict()")
arrow.exact("chunks", "c = pa.chunked_array([[1, 2], [], [3]])", "c", "c.num_chunks")
arrow.exact("a slice of an array", "a = pa.array(list(range(100)))[13:29]; s = pa.array(['a', None, 'ccc', 'd'])[1:3]", "a s", "a.sum().as_py()")
arrow.exact("batch, schema, field, scalar", "b = pa.record_batch([pa.array([1])], ['a']); s = pa.schema([pa.field('x', pa.int8(), False)], {'m': 'n'}); f = s.field(0); v = pa.scalar(5)", "b s f v", "v.as_py()")
