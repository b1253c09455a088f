"""Models and the data structures around them: torch, scikit-learn, boosters, statsmodels, xarray, scipy, plots."""

# fmt: off
from tests.fidelity.case import Family

torch = Family("torch", "import torch\ntorch.manual_seed(0)\n", needs=("torch",))
models = Family("models", "import numpy as np\nrng = np.random.default_rng(0)\nX = rng.normal(size=(40, 4)); y = (X[:, 0] + X[:, 1] > 0).astype(int)\n", needs=("sklearn",))
sparse = Family("scipy", "import numpy as np, scipy.sparse as sp\n", needs=("scipy",))
xarray = Family("xarray", "import numpy as np, xarray as xr\n", needs=("xarray",))
plots = Family("others")
FAMILIES = [torch, models, sparse, xarray, plots]

for kind in ("float16", "bfloat16", "float32", "float64", "int8", "uint8", "int64", "bool", "complex64", "float8_e4m3fn"):
    torch.exact(f"tensor of {kind}", f"t = torch.arange(6).reshape(2, 3).to(torch.{kind}); d = t.dtype", "t d", "t.shape")
exact = torch.exact
exact("views of one storage", "a = torch.arange(12.0).reshape(3, 4); b = a.t(); c = a[1:, ::2]; d = a.view(-1)", "a b c d", "c[0, 0] = 99", "b", "d")
exact("a stride of 0 and an empty tensor", "a = torch.ones(1).expand(3, 4); e = torch.empty(0, 3); z = torch.tensor(5)", "a e z", "z.item()")
exact("a leaf with a gradient", "w = torch.ones(3, requires_grad=True); (w * 2).sum().backward()", "w", "w.grad", "(w * 3).sum().backward()", "w.grad")
torch.note("a result with a gradient history", "w = torch.ones(3, requires_grad=True); r = w * 2", "w r", "r.detach()", says="gradient history", loose=("r.is_leaf", "r.requires_grad", "r.grad"))
torch.note("hooks on a tensor", "w = torch.ones(3, requires_grad=True); w.register_hook(lambda g: g * 2)", "w", "w.detach()", says="hooks", loose=("w._backward_hooks",))
exact("a parameter and a buffer", "p = torch.nn.Parameter(torch.ones(2), requires_grad=False); b = torch.nn.Buffer(torch.zeros(1))", "p b", "type(p).__name__")
exact("attributes on a tensor", "t = torch.ones(2); t.note = ['x']", "t", "t.note")
exact("sparse and conjugate", "s = torch.tensor([[0, 1.0], [2, 0]]).to_sparse(); c = torch.tensor([1 + 2j]).conj()", "s c", "s.to_dense()", "c * 1")
exact("sparse csr", "s = torch.tensor([[0, 1.0], [2, 0]]).to_sparse_csr()", "s", "s.to_dense()")
exact("quantized", "q = torch.quantize_per_tensor(torch.tensor([1.0, 2.0]), 0.1, 3, torch.quint8)", "q", "q.int_repr()", "q.dequantize()")
exact("a storage and a generator", "t = torch.ones(3); s = t.untyped_storage(); g = torch.Generator().manual_seed(5); torch.rand(1, generator=g)", "t s g", "torch.rand(2, generator=g)")
exact("size, device, dtype", "d = [torch.Size([1, 2]), torch.device('cpu'), torch.float32, torch.strided, torch.contiguous_format]", "d")
exact("a module of the library", "m = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.BatchNorm1d(4), torch.nn.Dropout(0.1)).eval(); x = torch.ones(2, 3)", "m x", "m(x)", "m.training", damage="m[0].weight.data.zero_()")
exact("a module of the notebook", "class Net(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = torch.nn.Linear(3, 3); self.b = torch.nn.Linear(3, 3); self.b.weight = self.a.weight\n        self.register_buffer('k', torch.ones(3)); self.register_buffer('tmp', torch.ones(1), persistent=False)\n    def forward(self, x): return self.b(self.a(x)) * self.k\nnet = Net().train(); x = torch.ones(2, 3)", "net x", "net(x).detach()", "net.a.weight is net.b.weight", "len(list(net.parameters()))", damage="net.k += 5; net.eval()")
exact("a module and its optimizer", "m = torch.nn.Linear(3, 1); o = torch.optim.AdamW(m.parameters(), lr=0.1); x = torch.ones(4, 3)\nm(x).sum().backward(); o.step()", "m o x", "o.param_groups[0]['params'][0] is m.weight", "(o.zero_grad(), m(x).sum().backward(), o.step())[2]", "m.weight.detach()", damage="m.weight.data.fill_(7); o.state.clear()")
exact("a scheduler and its optimizer", "m = torch.nn.Linear(2, 1); o = torch.optim.SGD(m.parameters(), lr=1.0, momentum=0.9); s = torch.optim.lr_scheduler.StepLR(o, 1, 0.5); o.step(); s.step()", "m o s", "s.optimizer is o", "(o.step(), s.step())[0]", "o.param_groups[0]['lr']", "s.get_last_lr()", loose=("o.step.__dict__['__wrapped__']",))
exact("a lambda scheduler", "m = torch.nn.Linear(2, 1); o = torch.optim.SGD(m.parameters(), lr=1.0); s = torch.optim.lr_scheduler.LambdaLR(o, lambda e: 0.9 ** e); o.step(); s.step()", "m o s", "(o.step(), s.step())[0]", "s.get_last_lr()")
exact("forward hooks", "seen = []\ndef hook(mod, inp, out): seen.append(tuple(out.shape))\nm = torch.nn.Linear(2, 3); h = m.register_forward_hook(hook)\nm(torch.ones(1, 2))", "m seen", "m(torch.ones(4, 2)).shape", "seen", loose=("_forward_hooks.key",))
exact("a dataset and its loader", "class D(torch.utils.data.Dataset):\n    def __init__(self): self.x = torch.arange(8.0)\n    def __len__(self): return 8\n    def __getitem__(self, i): return self.x[i]\nd = D(); l = torch.utils.data.DataLoader(d, batch_size=4, shuffle=True, generator=torch.Generator().manual_seed(1))", "d l", "[b.tolist() for b in l]", "l.dataset is d")
exact("a state dict", "m = torch.nn.Linear(2, 2); sd = m.state_dict()", "m sd", "sd['weight'].data_ptr() == m.weight.data_ptr()", "m.weight.data.zero_()", "sd")
exact("a transformer and an LSTM", "m = torch.nn.TransformerEncoderLayer(4, 2, 8, batch_first=True).eval(); r = torch.nn.LSTM(3, 2); x = torch.ones(1, 2, 4)", "m r x", "m(x).detach()", "r(torch.ones(2, 1, 3))[0].detach()")
exact("a loss, a distribution, transforms in a list", "l = torch.nn.CrossEntropyLoss(weight=torch.ones(3)); d = torch.distributions.Normal(torch.zeros(2), 1.0)", "l d", "d.log_prob(torch.ones(2))")
exact("a moving average of a model", "m = torch.nn.Linear(2, 2); a = torch.optim.swa_utils.AveragedModel(m); a.update_parameters(m)", "m a", "a(torch.ones(1, 2)).detach()", "a.n_averaged")
exact("numpy and torch of one memory", "import numpy as np\nt = torch.zeros(4); a = t.numpy()", "t a", "a[0] = 3", "t")
torch.named("a stream of batches", "l = iter(torch.utils.data.DataLoader([1, 2]))\nnext(l); d = {'it': l}", "d", "d['it']")

exact = models.exact
for made in ("linear_model.LogisticRegression()", "ensemble.RandomForestClassifier(5, random_state=0)", "svm.SVC(probability=False)", "tree.DecisionTreeClassifier(random_state=0)", "neighbors.KNeighborsClassifier()",
             "naive_bayes.GaussianNB()", "neural_network.MLPClassifier((5,), max_iter=20, random_state=0)", "ensemble.HistGradientBoostingClassifier(max_iter=5, random_state=0)", "gaussian_process.GaussianProcessClassifier(random_state=0)", "ensemble.GradientBoostingClassifier(n_estimators=5, random_state=0)"):
    exact(made.split("(")[0], f"import sklearn.{made.split('.')[0]} as lib\nm = lib.{made.split('.', 1)[1]}.fit(X, y)", "m X", "m.predict(X)", "m.get_params()", damage="m.__dict__.clear()", loose=("_sklearn_output_config",))
exact("a pipeline with lambdas and notebook functions", "from sklearn.pipeline import Pipeline\nfrom sklearn.preprocessing import FunctionTransformer\nfrom sklearn.linear_model import Ridge\ndef double(X): return X * factor\nfactor = 2\np = Pipeline([('f', FunctionTransformer(double)), ('g', FunctionTransformer(lambda X: X + 1)), ('r', Ridge())]).fit(X, y)", "p X", "p.predict(X)", "factor")
exact("a grid search", "from sklearn.model_selection import GridSearchCV\nfrom sklearn.linear_model import Ridge\ng = GridSearchCV(Ridge(), {'alpha': [0.1, 1.0]}, cv=2).fit(X, y)", "g X", "g.best_params_", "g.predict(X)", loose=("_time", "cv_results_"))
exact("a column transformer", "import pandas as pd\nfrom sklearn.compose import make_column_transformer\nfrom sklearn.preprocessing import OneHotEncoder, StandardScaler\nf = pd.DataFrame({'a': [1.0, 2, 3], 'k': ['x', 'y', 'x']})\nt = make_column_transformer((StandardScaler(), ['a']), (OneHotEncoder(), ['k'])).fit(f)", "t f", "t.transform(f)", "t.get_feature_names_out()", needs=("pandas",))
exact("an estimator of the notebook", "from sklearn.base import BaseEstimator, ClassifierMixin\nclass Mean(ClassifierMixin, BaseEstimator):\n    def __init__(self, k=2): self.k = k\n    def fit(self, X, y): self.mean_ = X.mean() * self.k; return self\n    def predict(self, X): return np.full(len(X), self.mean_)\nm = Mean(3).fit(X, y)", "m Mean X", "m.predict(X)", "m.get_params()", "Mean().k", "repr(m)")
exact("vectorizers", "from sklearn.feature_extraction.text import TfidfVectorizer\nv = TfidfVectorizer(tokenizer=lambda s: s.split(), token_pattern=None).fit(['a b', 'b c'])", "v", "v.transform(['c b']).toarray()", "sorted(v.vocabulary_)", loose=("_stop_words_id",))
exact("splits and scorers", "from sklearn.model_selection import KFold, ShuffleSplit\nfrom sklearn.metrics import make_scorer, f1_score\nk = KFold(3, shuffle=True, random_state=1); s = make_scorer(f1_score)", "k s X", "[b.tolist() for a, b in k.split(X)]")
exact("a random state inside", "from sklearn.ensemble import RandomForestRegressor\nr = np.random.RandomState(3)\nm = RandomForestRegressor(3, random_state=r).fit(X, y)", "m r X y", "m.random_state is r", "m.fit(X, y).predict(X)", "r.rand(2)")
exact("XGBoost", "import xgboost\nm = xgboost.XGBClassifier(n_estimators=3, n_jobs=1).fit(X, y); b = m.get_booster()", "m b X", "m.predict(X)", "b.num_boosted_rounds()", needs=("xgboost",))
exact("LightGBM", "import lightgbm\nm = lightgbm.LGBMClassifier(n_estimators=3, n_jobs=1, verbose=-1).fit(X, y)", "m X", "m.predict(X)", needs=("lightgbm",))
exact("CatBoost", "import catboost\nm = catboost.CatBoostClassifier(iterations=3, verbose=0, thread_count=1, allow_writing_files=False).fit(X, y)", "m X", "m.predict(X)", needs=("catboost",), loose=("__model", "seen as"))
exact("statsmodels", "import statsmodels.api as sm\nr = sm.OLS(y, sm.add_constant(X)).fit()", "r X", "r.params", "r.predict(sm.add_constant(X))", "r.rsquared", needs=("statsmodels",))
models.exact("statsmodels, formula", "import statsmodels.formula.api as smf, pandas as pd\nf = pd.DataFrame(X, columns=list('abcd')); f['y'] = y\nr = smf.ols('y ~ a + np.log(b ** 2)', f).fit()", "r f", "r.params", "r.predict(f)", needs=("statsmodels",))

for fmt in ("bsr", "coo", "csc", "csr", "dia", "dok", "lil"):
    sparse.exact(fmt, f"a = sp.random(5, 6, 0.4, '{fmt}', None, np.random.default_rng(0)); b = sp.{fmt}_array(a)", "a b", "a.toarray()", "type(b).__name__", "(a + a).sum()")
sparse.exact("shared data", "a = sp.csr_matrix(np.eye(3)); d = a.data; b = a.T", "a b d", "d[0] = 5", "a.toarray()", "b.toarray()")
sparse.exact("splines, trees, distributions", "from scipy import interpolate, spatial, stats\nx = np.arange(6.0); s = interpolate.CubicSpline(x, x ** 2); t = spatial.cKDTree(np.arange(12.0).reshape(6, 2)); d = stats.norm(1, 2)", "s t d", "s(2.5)", "t.query([1, 1])", "d.cdf(1)", loose=("_random_state", "'_xp'"))  # SciPy's own pickle puts _xp first
sparse.exact("an optimizer's result", "from scipy import optimize\nr = optimize.minimize(lambda v: (v ** 2).sum(), np.ones(2))", "r", "r.x", "r.success")

xarray.exact("DataArray", "a = xr.DataArray(np.arange(6.0).reshape(2, 3), dims=('t', 'x'), coords={'t': np.array(['2020', '2021'], 'M8[ns]'), 'x': ['a', 'b', 'c']}, name='n', attrs={'unit': 'm'})", "a", "a.sel(x='b')", "a.mean('t')", "a.attrs", damage="a[:] = 0; a.attrs.clear()")
xarray.exact("Dataset", "d = xr.Dataset({'a': ('x', [1.0, np.nan]), 'b': (('x', 'y'), np.ones((2, 2)))}, coords={'x': [10, 20]}, attrs={'h': [1]}); d.a.encoding['dtype'] = 'f4'", "d", "d.a.sum()", "d.encoding", "d['c'] = d.a * 2", "d.c", loose=("OWNDATA",))
xarray.exact("shares its array", "v = np.zeros(3); a = xr.DataArray(v, dims='x'); b = a", "v a b", "v[0] = 5", "a.values[0]", "b is a")
xarray.exact("tree and variable", "t = xr.DataTree(xr.Dataset({'a': 1}), children={'c': xr.DataTree(xr.Dataset({'b': 2}))}); v = xr.Variable('x', [1, 2], {'u': 1})", "t v", "t['c/b'].item()", loose=("seen as",), needs=("xarray>=2024.10",))

plots.exact("matplotlib", "import matplotlib\nmatplotlib.use('agg')\nfrom matplotlib.figure import Figure\nf = Figure(); a = f.add_subplot(); a.plot([1, 2], [3, 4], label='l'); a.set_title('t')", "f a", "f.axes[0] is a", "a.get_title()", "a.lines[0].get_xydata()", "(f.savefig(b := __import__('io').BytesIO(), dpi=40), b.getvalue())[1]", needs=("matplotlib",), loose=("f<reduced>", "a<reduced>"))
plots.exact("networkx", "import networkx as nx\ng = nx.karate_club_graph(); s = g.subgraph([0, 1, 2])", "g", "sorted(g.edges)[:3]", "g.add_edge(0, 99)", "g.number_of_nodes()", needs=("networkx",), loose=("seen as",))
plots.exact("sympy", "import sympy\nx = sympy.Symbol('x', positive=True); e = sympy.sqrt(x ** 2) + sympy.sin(x)", "x e", "e.diff(x)", "x.is_positive", "e.free_symbols == {x}", "sympy.Symbol('x', positive=True) is x or True", needs=("sympy",))
plots.exact("scikit-image", "import numpy as np\nfrom skimage import transform, io\nt = transform.AffineTransform(scale=(2, 3)); im = np.zeros((4, 4, 3), np.uint8)", "t im", "t.params", "t([[1, 1]])", needs=("skimage",))
plots.exact("joblib", "import joblib\nimport numpy as np\nd = joblib.delayed(np.sqrt)(4.0); p = joblib.Parallel(n_jobs=1)", "d", "d[0](*d[1])", needs=("joblib",))
