"""Statistical models and their results."""

# A row is one line.
# fmt: off
from tests.fidelity.coverage import Package

_DATA = """
import numpy as np, pandas as pd
rng = np.random.RandomState(0)
df = pd.DataFrame({'x': rng.rand(60), 'z': rng.rand(60), 'g': np.arange(60) % 3})
df['y'] = 1 + 2 * df.x + rng.rand(60)
df['b'] = (df.y > df.y.median()).astype(int)
"""

statsmodels = Package("statsmodels", _DATA + "import statsmodels.api as sm, statsmodels.formula.api as smf, statsmodels.tsa.api as tsa")
statsmodels.exact("RegressionResultsWrapper", "smf.ols('y ~ x + np.log(z)', df).fit()", "value.predict(df), value.params, value.bse", walk=False)
statsmodels.exact("GLMResultsWrapper", "smf.glm('b ~ x', df, family=sm.families.Binomial()).fit()", "value.predict(df), value.params", walk=False)
statsmodels.exact("BinaryResultsWrapper", "sm.Logit(df.b, sm.add_constant(df[['z']])).fit(disp=0)", "value.predict(), value.params")
statsmodels.exact("ARIMAResultsWrapper", "tsa.ARIMA(df.y, order=(1, 0, 0)).fit()", "value.forecast(3), value.params")
statsmodels.exact("HoltWintersResultsWrapper", "tsa.ExponentialSmoothing(df.y, trend='add').fit()", "value.forecast(3)")
statsmodels.exact("MixedLMResultsWrapper", "smf.mixedlm('y ~ x', df, groups='g').fit()", "value.params, value.predict(df)", walk=False)
statsmodels.exact("VARResultsWrapper", "tsa.VAR(df[['x', 'y']]).fit(1)", "value.params, value.forecast(df[['x', 'y']].values[-1:], 2)")
statsmodels.exact("OLS", "sm.OLS(df.y, df[['x', 'z']])", "value.fit().params")
statsmodels.exact("ECDF", "sm.distributions.ECDF(df.x)", "value([0.2, 0.5])")

linearmodels = Package("linearmodels", _DATA + "import linearmodels.iv, linearmodels.panel\npanel = df.set_index([df.g, pd.Index(np.arange(60) // 3, name='t')])")
linearmodels.exact("IV2SLS", "linearmodels.iv.IV2SLS(df.y, df[['z']], df[['x']], df[['g']])", "value.fit().params")
linearmodels.exact("IVResults", "linearmodels.iv.IV2SLS(df.y, df[['z']], df[['x']], df[['g']]).fit()", "value.params, value.std_errors", walk=False)
linearmodels.exact("PanelEffectsResults", "linearmodels.panel.PanelOLS(panel.y, panel[['x']], entity_effects=True).fit()", "value.params, value.fitted_values", walk=False)

arch = Package("arch", _DATA + "import arch")
arch.exact("ARCHModelResult", "arch.arch_model(df.y * 10).fit(disp='off')", "value.params, value.forecast(horizon=2).variance", walk=False)
arch.exact("ConstantMean", "arch.arch_model(df.y * 10)", "value.fit(disp='off').params", walk=False)

patsy = Package("patsy", _DATA + "import patsy")
patsy.exact("DesignMatrix", "patsy.dmatrix('x + C(g)', df)", "value.tolist(), value.design_info.column_names", walk=False)
patsy.exact("DesignInfo", "patsy.dmatrix('x + C(g)', df).design_info", "patsy.build_design_matrices([value], df)[0].tolist()", walk=False)

formulaic = Package("formulaic", _DATA + "import formulaic")
formulaic.exact("SimpleFormula", "formulaic.Formula('x + C(g)')", "value.get_model_matrix(df)", walk=False)
formulaic.exact("ModelSpec", "formulaic.Formula('x + C(g)').get_model_matrix(df).model_spec", "value.get_model_matrix(df)", walk=False)
formulaic.exact("ModelMatrix", "formulaic.Formula('x + C(g)').get_model_matrix(df)", "value.columns.tolist(), value.values", walk=False)

lmfit = Package("lmfit", "import numpy as np, lmfit, lmfit.models\nx = np.linspace(-3, 3, 31)\ny = np.exp(-x * x / 2)")
lmfit.exact("Parameters", "p = lmfit.Parameters()\np.add('a', 1.5, min=0)\np.add('b', expr='2 * a')\np", "value['b'].value, value['a'].min", walk=False)
lmfit.exact("GaussianModel", "lmfit.models.GaussianModel()", "value.eval(x=x, amplitude=1, center=0, sigma=1)")
lmfit.exact("ModelResult", "lmfit.models.GaussianModel().fit(y, x=x, amplitude=1, center=0.1, sigma=0.8)", "value.best_values, value.best_fit", walk=False)

iminuit = Package("iminuit", "import iminuit\ndef f(a, b):\n    return (a - 1) ** 2 + (b + 2) ** 2")
iminuit.exact("Minuit", "iminuit.Minuit(f, a=0, b=0).migrad()", "value.values.to_dict(), value.fval", walk=False)

emcee = Package("emcee", "import numpy as np, emcee\ndef lnprob(p):\n    return -0.5 * (p ** 2).sum()")
emcee.exact("EnsembleSampler", "s = emcee.EnsembleSampler(6, 2, lnprob)\ns.run_mcmc(np.random.RandomState(0).rand(6, 2), 4)\ns", "value.get_chain()")
emcee.exact("State", "emcee.State(np.eye(2))", "value.coords")

deap = Package("deap", "import deap.base, deap.tools, deap.gp, operator")
deap.exact("Toolbox", "t = deap.base.Toolbox()\nt.register('mate', deap.tools.cxTwoPoint)\nt", "value.mate.__name__")
deap.exact("HallOfFame", "deap.tools.HallOfFame(3)", "value.maxsize")
deap.exact("Logbook", "l = deap.tools.Logbook()\nl.record(gen=0, best=1.5)\nl", "value.select('best')")

pymoo = Package("pymoo", "import numpy as np\nfrom pymoo.algorithms.moo.nsga2 import NSGA2\nfrom pymoo.problems import get_problem\nfrom pymoo.optimize import minimize")
pymoo.exact("NSGA2", "NSGA2(pop_size=8)", "minimize(get_problem('zdt1'), value, ('n_gen', 2), seed=1).F")
pymoo.exact("Result", "minimize(get_problem('zdt1'), NSGA2(pop_size=8), ('n_gen', 2), seed=1)", "value.F, value.X", walk=False)

pulp = Package("pulp")
pulp.exact("LpProblem", "p = pulp.LpProblem('p', pulp.LpMaximize)\nx = pulp.LpVariable('x', 0, 3)\np += 2 * x\np += x <= 2\np", "str(value), len(value.constraints)", walk=False)

cvxpy = Package("cvxpy", "import numpy as np, cvxpy as cp")
cvxpy.named("Problem", "x = cp.Variable(2)\nproblem = cp.Problem(cp.Minimize(cp.sum_squares(x - 1)), [x >= 2])\nproblem.solve(solver='CLARABEL')\nproblem", "value._solver_cache")
cvxpy.exact("Minimize", "cp.Minimize(cp.sum_squares(cp.Variable(2, name='x') - 1))", "str(value)", walk=False)
cvxpy.exact("Variable", "cp.Variable((2, 3), name='w')", "value.shape, value.name()", walk=False)

filterpy = Package("filterpy", "import numpy as np, filterpy.kalman")
filterpy.exact("KalmanFilter", "k = filterpy.kalman.KalmanFilter(2, 1)\nk.F = np.array([[1.0, 1.0], [0.0, 1.0]])\nk.H = np.array([[1.0, 0.0]])\nk.predict()\nk.update(1.0)\nk", "value.x, value.P")

control = Package("control", "import numpy as np, control")
control.exact("TransferFunction", "control.tf([1], [1, 2, 1], name='G')", "value(1j), control.poles(value)")
control.exact("StateSpace", "control.ss([[0, 1], [-1, -1]], [[0], [1]], [[1, 0]], 0, name='S')", "value.A, value.dcgain()")

PACKAGES = (
    *(statsmodels, linearmodels, arch, patsy, formulaic, lmfit, iminuit, emcee, deap, pymoo, pulp, cvxpy, filterpy),
    control,
)
