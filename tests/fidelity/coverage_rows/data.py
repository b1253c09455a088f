"""Arrays, tables and the files and databases they come from."""

# A row is one line.
# fmt: off
from tests.fidelity.coverage import Package

numpy = Package("numpy", "import numpy as np")
numpy.exact("ndarray", "np.array([[1.0, np.nan], [-0.0, 4.0]], order='F')", "value.sum(axis=0), value.strides")
numpy.exact("matrix", "np.matrix([[1, 2], [3, 4]])", "value * value")
numpy.exact("MaskedArray", "np.ma.array([1.0, np.nan, 3.0], mask=[0, 1, 0])", "value.mean()")
numpy.exact("recarray", "np.rec.array([(1, 'a'), (2, 'b')], dtype=[('n', 'i4'), ('s', 'U3')])", "value.s.tolist()")
numpy.exact("Generator", "np.random.default_rng(7)", "value.normal(size=5)")
numpy.exact("RandomState", "np.random.RandomState(7)", "value.normal(size=5)")
numpy.exact("Polynomial", "np.polynomial.Polynomial([1, 2, 3])", "value(np.arange(4.0))")
numpy.exact("poly1d", "np.poly1d([1, 2, 3])", "value(2.5)")
numpy.exact("vectorize", "np.vectorize(np.hypot)", "value([3.0, 5.0], [4.0, 12.0])")
numpy.note("memmap", "np.memmap('memory.bin', dtype='f8', mode='w+', shape=(3,))", "value.tolist()", says="comes back as an array in memory", walk=False)
numpy.named("nditer", "np.nditer(np.arange(3))", "nditer object cannot be kept")

pandas = Package("pandas", "import numpy as np, pandas as pd")
pandas.exact("DataFrame", "pd.DataFrame({'a': [1, 2], 'b': pd.Categorical(['x', None]), 'c': ['é', None]})", "value.to_dict()")
pandas.exact("Series", "pd.Series([1.5, None], index=pd.date_range('2024', periods=2, tz='Europe/Paris'), name='s')", "value.sum()")
pandas.exact("MultiIndex", "pd.MultiIndex.from_product([['a', 'b'], [1, None]], names=['x', None])", "value.tolist()[0]")
pandas.exact("CategoricalIndex", "pd.CategoricalIndex(['b', 'a'], categories=['b', 'a', 'c'], ordered=True)", "value.max()")
pandas.exact("DatetimeIndex", "pd.date_range('2024-03-30', periods=4, freq='D', tz='Europe/Paris')", "value.freqstr")
pandas.exact("PeriodIndex", "pd.period_range('2024Q1', periods=3, freq='Q')", "value.start_time")
pandas.exact("IntervalIndex", "pd.interval_range(0, 3, closed='left')", "value.contains(1)")
pandas.exact("Categorical", "pd.Categorical(['a', 'b', None], categories=['b', 'a', 'c'])", "value.codes")
pandas.exact("SparseArray", "pd.arrays.SparseArray([0, 0, 1])", "value.density")
pandas.exact("ArrowExtensionArray", "pd.array([1, None], dtype='int64[pyarrow]')", "value.isna()")
pandas.exact("Timestamp", "pd.Timestamp('2024-10-27 00:30', tz='UTC').tz_convert('Europe/Paris')", "value.isoformat()")
pandas.exact("Interval", "pd.Interval(0, 1, closed='both')", "0 in value")
pandas.exact("CategoricalDtype", "pd.CategoricalDtype(['a', 'b'], ordered=True)", "value.ordered")
pandas.exact("Rolling", "pd.DataFrame({'a': [1.0, 2.0, 4.0]}).rolling(2)", "value.mean()")
pandas.exact("DataFrameGroupBy", "pd.DataFrame({'k': [1, 1, 2], 'v': [1.0, 2.0, 4.0]}).groupby('k')", "value.mean()")
pandas.exact("Styler", "pd.DataFrame({'a': [1, 2]}).style.format(precision=1)", "value.data", walk=False)

polars = Package("polars", "import polars as pl")
polars.exact("DataFrame", "pl.DataFrame({'a': [1, None], 'b': ['x', 'y']})", "value.to_dicts()")
polars.exact("Series", "pl.Series('s', [[1], [2, 3]])", "value.to_list()")
polars.exact("LazyFrame", "pl.LazyFrame({'a': [1, 2]}).with_columns(b=pl.col('a') * 2)", "value.collect().to_dicts()")
polars.exact("Expr", "(pl.col('a') + 1).alias('b')", "pl.DataFrame({'a': [1]}).select(value).to_dicts()")
polars.exact("Schema", "pl.Schema({'a': pl.Int8, 'b': pl.String})", "value.names()")
polars.exact("Enum", "pl.Enum(['low', 'high'])", "value.categories.to_list()")

pyarrow = Package("pyarrow", "import pyarrow as pa")
pyarrow.exact("Table", "pa.table({'a': [1, None], 'b': ['x', 'y']}, metadata={'k': 'v'})", "value.to_pylist()")
pyarrow.exact("RecordBatch", "pa.RecordBatch.from_pydict({'a': [1, 2]})", "value.to_pylist()")
pyarrow.exact("ChunkedArray", "pa.chunked_array([[1], [2, 3]])", "value.to_pylist()")
pyarrow.exact("DictionaryArray", "pa.array(['a', 'b', 'a']).dictionary_encode()", "value.to_pylist()")
pyarrow.exact("Schema", "pa.schema([pa.field('a', pa.int8(), nullable=False)])", "value.names")
pyarrow.exact("Int64Scalar", "pa.scalar(3)", "value.as_py()")

scipy = Package("scipy", "import numpy as np, scipy.sparse, scipy.interpolate, scipy.spatial, scipy.stats, scipy.signal, scipy.optimize")
scipy.exact("csr_matrix", "scipy.sparse.csr_matrix(np.eye(3))", "value.sum()")
scipy.exact("csc_array", "scipy.sparse.csc_array(np.eye(3))", "value.toarray()")
scipy.exact("coo_array", "scipy.sparse.coo_array(np.eye(3))", "value.toarray()")
scipy.exact("lil_array", "scipy.sparse.lil_array(np.eye(3))", "value.toarray()")
scipy.exact("dok_array", "scipy.sparse.dok_array(np.eye(3))", "value.toarray()")
scipy.exact("CubicSpline", "scipy.interpolate.CubicSpline(np.arange(5.0), np.arange(5.0) ** 2)", "value([0.5, 1.5])")
scipy.exact("RegularGridInterpolator", "scipy.interpolate.RegularGridInterpolator((np.arange(3.0),), np.arange(3.0))", "value([0.5])")
scipy.exact("KDTree", "scipy.spatial.KDTree(np.random.rand(20, 2))", "value.query([[0.1, 0.2]])", walk=False)
scipy.exact("Rotation", "scipy.spatial.transform.Rotation.from_euler('x', 90, degrees=True)", "value.as_quat()", walk=False)
scipy.exact("ConvexHull", "scipy.spatial.ConvexHull(np.random.rand(9, 2))", "value.vertices, value.volume")
scipy.exact("rv_continuous_frozen", "scipy.stats.norm(1, 2)", "value.ppf([0.1, 0.9])")
scipy.exact("multivariate_normal_frozen", "scipy.stats.multivariate_normal([0, 0], np.eye(2))", "value.pdf([0.1, 0.2])")
scipy.exact("gaussian_kde", "scipy.stats.gaussian_kde(np.arange(9.0))", "value([1.0])")
scipy.exact("OptimizeResult", "scipy.optimize.minimize(scipy.optimize.rosen, [0.5, 1.2], method='Nelder-Mead')", "value.x")
scipy.exact("StateSpaceContinuous", "scipy.signal.StateSpace([[1.0]], [[1.0]], [[1.0]], [[0.0]])", "value.to_tf().num")

xarray = Package("xarray", "import numpy as np, xarray as xr")
xarray.exact("Dataset", "xr.Dataset({'t': (('x', 'y'), np.eye(2))}, coords={'x': [10, 20]}, attrs={'u': 'K'})", "value.t.sel(x=20).values")
xarray.exact("DataArray", "xr.DataArray(np.arange(3.0), dims='x', name='n')", "value.mean().item()")
xarray.exact("Variable", "xr.Variable(('x',), np.arange(3), {'u': 'm'})", "value.values")
xarray.exact("DataTree", "xr.DataTree.from_dict({'/a': xr.Dataset({'v': ('x', [1, 2])})})", "value['a/v'].values")

narwhals = Package("narwhals", "import narwhals as nw, pandas as pd")
narwhals.exact("DataFrame", "nw.from_native(pd.DataFrame({'a': [1, 2]}), eager_only=True)", "value.to_native().to_dict()")

dask = Package("dask", "import dask, dask.array, dask.bag, numpy as np\nfrom operator import add")
dask.exact("Array", "dask.array.from_array(np.arange(12.0).reshape(3, 4), chunks=2) + 1", "value.sum(axis=0).compute()")
dask.exact("Bag", "dask.bag.from_sequence([1, 2, 3]).map(str)", "value.compute(scheduler='sync')")
dask.exact("Delayed", "dask.delayed(add)(1, 2)", "value.compute(scheduler='sync')", walk=False)

geopandas = Package("geopandas", "import geopandas as gpd, shapely")
geopandas.exact("GeoDataFrame", "gpd.GeoDataFrame({'n': [1, 2]}, geometry=[shapely.Point(0, 1), None], crs='EPSG:4326')", "value.crs.to_epsg(), value.geometry.to_wkt().tolist(), value.n.tolist()", walk=False)
geopandas.exact("GeoSeries", "gpd.GeoSeries([shapely.box(0, 0, 2, 3)], crs='EPSG:3857')", "value.area.tolist(), value.crs.to_epsg()", walk=False)

shapely = Package("shapely")
shapely.exact("Point", "shapely.Point(1, 2)", "value.wkb")
shapely.exact("Polygon", "shapely.Polygon([(0, 0), (2, 0), (2, 2)], [[(1.5, 0.5), (1.8, 0.5), (1.8, 0.9)]])", "value.area, value.wkb")
shapely.exact("MultiLineString", "shapely.MultiLineString([[(0, 0), (1, 1)], [(2, 2), (3, 4)]])", "value.length")
shapely.exact("STRtree", "shapely.STRtree([shapely.Point(i, i) for i in range(5)])", "value.query(shapely.box(1, 1, 3, 3)).tolist()")

pyproj = Package("pyproj")
pyproj.exact("CRS", "pyproj.CRS.from_epsg(3857)", "value.to_wkt()")
pyproj.exact("Transformer", "pyproj.Transformer.from_crs(4326, 3857, always_xy=True)", "value.transform(2.0, 48.0)")
pyproj.exact("Geod", "pyproj.Geod(ellps='WGS84')", "value.inv(0, 0, 1, 1)")

duckdb = Package("duckdb")
duckdb.named("DuckDBPyConnection", "duckdb.connect()", "cannot be kept")
duckdb.named("DuckDBPyRelation", "duckdb.connect().sql('select 1 as a')", "value._con")

sqlalchemy = Package(
    "sqlalchemy",
    "import sqlalchemy as sa\n"
    "table = lambda: sa.Table('t', sa.MetaData(), sa.Column('a', sa.Integer, primary_key=True), sa.Column('b', sa.String(5)))",
)
sqlalchemy.exact("Table", "table()", "value.c.keys(), str(sa.schema.CreateTable(value))")
sqlalchemy.exact("Select", "t = table()\nsa.select(t.c.b).where(t.c.a > 3)", "str(value)", walk=False)
sqlalchemy.exact("MetaData", "table().metadata", "list(value.tables)")
sqlalchemy.exact("URL", "sa.URL.create('sqlite', database='x.db')", "str(value)")
sqlalchemy.note("Engine", "sa.create_engine('sqlite://')", "str(value.url)", says="lock: new")
sqlalchemy.named("Connection", "sa.create_engine('sqlite://').connect()", "a finalizer cannot be kept")

tinydb = Package("tinydb", "import tinydb, tinydb.storages")
tinydb.named("TinyDB", "db = tinydb.TinyDB(storage=tinydb.storages.MemoryStorage)\ndb.insert({'a': 1})\ndb", "calls itself without end")
tinydb.exact("Document", "tinydb.table.Document({'a': 1}, doc_id=3)", "value.doc_id")

sqlite3 = Package("sqlite3")
sqlite3.note("Connection", "sqlite3.connect(':memory:')", "value.execute('select 1').fetchall()", says="database: new")
sqlite3.named("Cursor", "sqlite3.connect(':memory:').cursor()", "an open database cursor cannot be kept")

h5py = Package("h5py", "import h5py, numpy as np")
h5py.named("File", "h5py.File('h.h5', 'w')", "h5py objects cannot be pickled")
h5py.named("Dataset", "h5py.File('d.h5', 'w').create_dataset('d', data=np.arange(3))", "h5py objects cannot be pickled")

zarr = Package("zarr", "import zarr, numpy as np")
zarr.exact("Array", "zarr.array(np.arange(6).reshape(2, 3), store='z.zarr', overwrite=True)", "value[:]")
zarr.exact("MemoryStore", "zarr.storage.MemoryStore()", "value.read_only")
zarr.exact("Group", "zarr.open_group('g.zarr', mode='a')", "value.path")

awkward = Package("awkward", "import awkward as ak")
awkward.exact("Array", "ak.Array([[1.5, 2.5], [], [3.5]])", "value.to_list()")
awkward.exact("Record", "ak.Record({'x': 1, 'y': [2, 3]})", "value.to_list()")

sparse = Package("sparse", "import sparse, numpy as np")
sparse.exact("COO", "sparse.COO.from_numpy(np.eye(4))", "value.todense()")
sparse.exact("DOK", "sparse.DOK.from_numpy(np.eye(4))", "value.to_coo().todense()")

fsspec = Package("fsspec", "import fsspec")
fsspec.exact("LocalFileSystem", "fsspec.filesystem('file')", "value.protocol")

openpyxl = Package("openpyxl")
openpyxl.exact("Workbook", "w = openpyxl.Workbook()\nw.active['A1'] = 3\nw", "value.active['A1'].value", walk=False)

PACKAGES = (
    *(numpy, pandas, polars, pyarrow, scipy, xarray, narwhals, dask, geopandas, shapely, pyproj, duckdb, sqlalchemy),
    *(tinydb, sqlite3, h5py, zarr, awkward, sparse, fsspec, openpyxl),
)
