"""Models on tables."""

# A row is one line.
# fmt: off
from tests.fidelity.coverage import Package

_DATA = """
import numpy as np
from sklearn.datasets import make_classification
X, y = make_classification(n_samples=60, n_features=5, random_state=0)
"""

sklearn = Package(
    "sklearn",
    _DATA
    + """
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC
""",
)
sklearn.exact("LogisticRegression", "LogisticRegression().fit(X, y)", "value.predict_proba(X)")
sklearn.exact("RandomForestClassifier", "RandomForestClassifier(5, random_state=0).fit(X, y)", "value.predict_proba(X)")
sklearn.exact("GradientBoostingClassifier", "GradientBoostingClassifier(n_estimators=5, random_state=0).fit(X, y)", "value.decision_function(X)")
sklearn.exact("HistGradientBoostingRegressor", "HistGradientBoostingRegressor(max_iter=5).fit(X, y)", "value.predict(X)")
sklearn.exact("SVC", "SVC(probability=True, random_state=0).fit(X, y)", "value.decision_function(X)")
sklearn.exact("KNeighborsClassifier", "KNeighborsClassifier(algorithm='kd_tree').fit(X, y)", "value.kneighbors(X)")
sklearn.exact("MLPClassifier", "MLPClassifier((4,), max_iter=5, random_state=0).fit(X, y)", "value.predict_proba(X)")
sklearn.exact("GaussianProcessRegressor", "GaussianProcessRegressor(random_state=0).fit(X, y)", "value.predict(X)")
sklearn.exact("KMeans", "KMeans(3, random_state=0, n_init=1).fit(X)", "value.predict(X)")
sklearn.exact("PCA", "PCA(2, random_state=0).fit(X)", "value.transform(X)")
sklearn.exact("TfidfVectorizer", "TfidfVectorizer().fit(['a bc de', 'bc fg'])", "value.transform(['bc de']).toarray()", walk=False)
sklearn.exact("Pipeline", "make_pipeline(StandardScaler(), FunctionTransformer(lambda Z: Z * 2), LogisticRegression()).fit(X, y)", "value.predict_proba(X)")
sklearn.exact("ColumnTransformer", "ColumnTransformer([('a', StandardScaler(), [0, 1]), ('b', 'passthrough', [2])]).fit(X)", "value.transform(X)")
sklearn.exact("GridSearchCV", "GridSearchCV(LogisticRegression(), {'C': [0.1, 1.0]}, cv=2).fit(X, y)", "value.predict(X), value.best_params_", walk=False)
sklearn.exact("CalibratedClassifierCV", "CalibratedClassifierCV(LogisticRegression(), cv=2).fit(X, y)", "value.predict_proba(X)")
sklearn.exact("KFold", "KFold(3, shuffle=True, random_state=1)", "[t.tolist() for t, _ in value.split(X)]")
sklearn.exact("Bunch", "from sklearn.datasets import load_iris\nload_iris()", "value.target_names", walk=False)

xgboost = Package("xgboost", _DATA + "import xgboost")
xgboost.exact("XGBClassifier", "xgboost.XGBClassifier(n_estimators=4).fit(X, y)", "value.predict_proba(X)")
xgboost.exact("XGBRegressor", "xgboost.XGBRegressor(n_estimators=4).fit(X, y)", "value.predict(X)")
xgboost.exact("Booster", "xgboost.train({'max_depth': 2}, xgboost.DMatrix(X, y), 3)", "value.predict(xgboost.DMatrix(X))")
xgboost.named("DMatrix", "xgboost.DMatrix(X, y)", "value.handle")

lightgbm = Package("lightgbm", _DATA + "import lightgbm")
lightgbm.exact("LGBMClassifier", "lightgbm.LGBMClassifier(n_estimators=4, verbose=-1).fit(X, y)", "value.predict_proba(X)")
lightgbm.exact("LGBMRegressor", "lightgbm.LGBMRegressor(n_estimators=4, verbose=-1).fit(X, y)", "value.predict(X)")
lightgbm.exact("Booster", "lightgbm.train({'verbose': -1}, lightgbm.Dataset(X, y), 3)", "value.predict(X)")
lightgbm.named("Dataset", "lightgbm.Dataset(X, y).construct()", "value._handle")

catboost = Package("catboost", _DATA + "import catboost\nquiet = {'iterations': 4, 'verbose': False, 'allow_writing_files': False}")
catboost.exact("CatBoostClassifier", "catboost.CatBoostClassifier(**quiet).fit(X, y)", "value.predict_proba(X)", walk=False)
catboost.exact("CatBoostRegressor", "catboost.CatBoostRegressor(**quiet).fit(X, y)", "value.predict(X)", walk=False)
catboost.named("Pool", "catboost.Pool(X, y)", "does not support pickling")

imblearn = Package("imblearn", _DATA + "import imblearn.over_sampling, imblearn.ensemble, imblearn.pipeline\nfrom sklearn.tree import DecisionTreeClassifier")
imblearn.exact("SMOTE", "imblearn.over_sampling.SMOTE(random_state=0)", "value.fit_resample(X, np.arange(60) < 12)")
imblearn.exact("RandomOverSampler", "imblearn.over_sampling.RandomOverSampler(random_state=0)", "value.fit_resample(X, np.arange(60) < 12)")
imblearn.exact("BalancedRandomForestClassifier", "imblearn.ensemble.BalancedRandomForestClassifier(4, random_state=0).fit(X, y)", "value.predict_proba(X)", walk=False)
imblearn.exact("Pipeline", "imblearn.pipeline.make_pipeline(imblearn.over_sampling.SMOTE(random_state=0), DecisionTreeClassifier(random_state=0)).fit(X, y)", "value.predict(X)")

category_encoders = Package(
    "category_encoders",
    "import category_encoders as ce, pandas as pd\nX, y = pd.DataFrame({'c': list('abcabcaa')}), pd.Series([0, 1, 1, 0, 1, 1, 0, 1])",
)
category_encoders.exact("TargetEncoder", "ce.TargetEncoder().fit(X, y)", "value.transform(X).to_dict()")
category_encoders.exact("OrdinalEncoder", "ce.OrdinalEncoder().fit(X)", "value.transform(X).to_dict()")
category_encoders.exact("BinaryEncoder", "ce.BinaryEncoder().fit(X)", "value.transform(X).to_dict()")

mlxtend = Package("mlxtend", _DATA + "import mlxtend.classifier, mlxtend.preprocessing\nfrom sklearn.linear_model import LogisticRegression")
mlxtend.exact("TransactionEncoder", "mlxtend.preprocessing.TransactionEncoder().fit([['a', 'b'], ['b']])", "value.transform([['a']])")
mlxtend.exact("EnsembleVoteClassifier", "mlxtend.classifier.EnsembleVoteClassifier([LogisticRegression()]).fit(X, y)", "value.predict(X)")
mlxtend.exact("SoftmaxRegression", "mlxtend.classifier.SoftmaxRegression(epochs=3, random_seed=1).fit(X, y)", "value.predict_proba(X)", walk=False)

hmmlearn = Package("hmmlearn", _DATA + "import hmmlearn.hmm")
hmmlearn.exact("GaussianHMM", "hmmlearn.hmm.GaussianHMM(2, random_state=0, n_iter=3).fit(X)", "value.predict(X), value.score(X)")
hmmlearn.exact("CategoricalHMM", "hmmlearn.hmm.CategoricalHMM(2, random_state=0, n_iter=3).fit(y[:, None])", "value.predict(y[:, None])")

hdbscan = Package("hdbscan", _DATA + "import hdbscan")
hdbscan.exact("HDBSCAN", "hdbscan.HDBSCAN(min_cluster_size=3, prediction_data=True).fit(X)", "value.labels_, hdbscan.approximate_predict(value, X)", walk=False)

umap = Package("umap", _DATA + "import umap")
umap.exact("UMAP", "umap.UMAP(n_neighbors=5, n_epochs=5, random_state=0).fit(X)", "value.transform(X[:5])", walk=False)

optuna = Package("optuna", "import optuna\noptuna.logging.set_verbosity(optuna.logging.ERROR)\nobjective = lambda trial: trial.suggest_float('x', -1, 1) ** 2")
optuna.exact("Study", "s = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=0))\ns.optimize(objective, 4)\ns", "value.best_params, [t.value for t in value.trials]", walk=False)
optuna.exact("FrozenTrial", "optuna.trial.create_trial(params={'x': 0.5}, distributions={'x': optuna.distributions.FloatDistribution(0, 1)}, value=0.2)", "value.params", walk=False)
optuna.exact("TPESampler", "optuna.samplers.TPESampler(seed=3)", "optuna.create_study(sampler=value).ask().suggest_float('x', 0, 1)")

skorch = Package("skorch", "import numpy as np, torch, skorch\nX, y = np.random.rand(20, 3).astype('f4'), np.arange(20) % 2")
skorch.exact("NeuralNetClassifier", "skorch.NeuralNetClassifier(torch.nn.Linear, module__in_features=3, module__out_features=2, criterion=torch.nn.CrossEntropyLoss, max_epochs=2, verbose=0).fit(X, y)", "value.predict_proba(X)", walk=False)

river = Package("river", "from river import compose, linear_model, preprocessing, tree, stats\nrows = [({'a': i % 5 / 2, 'b': i % 3}, i % 2 == 0) for i in range(40)]\ndef learn(m):\n    for x, y in rows:\n        m.learn_one(x, y)\n    return m")
river.exact("Pipeline", "learn(preprocessing.StandardScaler() | linear_model.LogisticRegression())", "[value.predict_proba_one(x) for x, _ in rows]")
river.exact("HoeffdingTreeClassifier", "learn(tree.HoeffdingTreeClassifier(grace_period=10))", "[value.predict_proba_one(x) for x, _ in rows]", walk=False)
river.exact("Var", "v = stats.Var()\nfor x in (1.0, 2.0, 4.0):\n    v.update(x)\nv", "value.get()")

tslearn = Package("tslearn", "import numpy as np, tslearn.clustering, tslearn.preprocessing\nX = np.random.RandomState(0).rand(8, 10, 1)")
tslearn.exact("TimeSeriesKMeans", "tslearn.clustering.TimeSeriesKMeans(2, max_iter=3, random_state=0).fit(X)", "value.predict(X)")
tslearn.exact("TimeSeriesScalerMeanVariance", "tslearn.preprocessing.TimeSeriesScalerMeanVariance().fit(X)", "value.transform(X)")

pyod = Package("pyod", _DATA + "import pyod.models.knn, pyod.models.iforest, pyod.models.ecod")
pyod.exact("KNN", "pyod.models.knn.KNN().fit(X)", "value.decision_function(X)")
pyod.exact("IForest", "pyod.models.iforest.IForest(n_estimators=5, random_state=0).fit(X)", "value.decision_function(X)")
pyod.exact("ECOD", "pyod.models.ecod.ECOD().fit(X)", "value.decision_function(X)")

joblib = Package("joblib", "import joblib\nfrom math import sqrt")
joblib.exact("Memory", "joblib.Memory('cache', verbose=0)", "value.location")
joblib.note("Parallel", "joblib.Parallel(n_jobs=1)", "value(joblib.delayed(sqrt)(i) for i in (1, 4))", says="lock: new", walk=False)

PACKAGES = (
    *(sklearn, xgboost, lightgbm, catboost, imblearn, category_encoders, mlxtend, hmmlearn, hdbscan, umap, optuna),
    *(skorch, river, tslearn, pyod, joblib),
)
