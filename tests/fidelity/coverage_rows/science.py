"""Symbols, graphs, units, images, signals and the sciences."""

# A row is one line.
# fmt: off
from tests.fidelity.coverage import Package

sympy = Package("sympy", "import sympy\nx, y = sympy.symbols('x y', positive=True)")
sympy.exact("Symbol", "sympy.Symbol('k', integer=True)", "value.is_integer, str(value)")
sympy.exact("Add", "sympy.sin(x) ** 2 + x / y", "str(value.diff(x)), value.subs({x: 1, y: 2}).evalf(20)")
sympy.exact("MutableDenseMatrix", "sympy.Matrix([[x, 1], [y, 2]])", "str(value.det())")
sympy.exact("Poly", "sympy.Poly(x ** 2 + 3 * x, x)", "value.all_coeffs()")

mpmath = Package("mpmath", "import mpmath")
mpmath.exact("mpf", "mpmath.mpf('0.1') + 2", "mpmath.nstr(value, 30)")
mpmath.named("matrix", "mpmath.matrix([[1, 2], [3, 4]])", "mpq.__new__()")

networkx = Package("networkx", "import networkx as nx")
networkx.exact("Graph", "nx.karate_club_graph()", "nx.pagerank(value)")
networkx.exact("DiGraph", "nx.DiGraph([(1, 2, {'w': 3}), (2, 1)])", "list(value.edges(data=True))")
networkx.exact("MultiDiGraph", "nx.MultiDiGraph([('a', 'b'), ('a', 'b')])", "value.number_of_edges('a', 'b')")

igraph = Package("igraph", "import igraph")
igraph.exact("Graph", "g = igraph.Graph([(0, 1), (1, 2)], directed=True)\ng.vs['n'] = ['a', 'b', 'c']\ng", "value.get_edgelist(), value.vs['n'], value.pagerank()")

rdflib = Package("rdflib", "import rdflib")
rdflib.exact("Graph", "g = rdflib.Graph()\ng.add((rdflib.URIRef('a:b'), rdflib.RDF.type, rdflib.Literal(3)))\ng", "sorted(value.serialize(format='nt').splitlines())", walk=False)
rdflib.exact("Literal", "rdflib.Literal('ä', lang='de')", "value.n3()")

skimage = Package("skimage", "import numpy as np, skimage.transform, skimage.feature, skimage.io")
skimage.exact("AffineTransform", "skimage.transform.AffineTransform(scale=2.0, rotation=0.1)", "value(np.eye(2))")
skimage.exact("SIFT", "skimage.feature.SIFT(upsampling=1)", "value.n_octaves")
skimage.exact("PiecewiseAffineTransform", "t = skimage.transform.PiecewiseAffineTransform()\nt.estimate(np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0.0, 0], [0, 2], [2, 0], [2, 2]]))\nt", "value(np.array([[0.5, 0.5]]))")

PIL = Package("PIL", "import numpy as np\nfrom PIL import Image, ImageFilter")
PIL.exact("Image", "Image.fromarray(np.arange(48, dtype='u1').reshape(4, 4, 3))", "value.tobytes(), value.mode")
PIL.exact("GaussianBlur", "ImageFilter.GaussianBlur(2)", "value.radius")

pywt = Package("pywt", "import numpy as np, pywt")
pywt.exact("Wavelet", "pywt.Wavelet('db2')", "pywt.dwt(np.arange(8.0), value)")
pywt.exact("WaveletPacket", "pywt.WaveletPacket(np.arange(8.0), 'db1')", "value['a'].data")

astropy = Package("astropy", "import numpy as np, astropy.units as u, astropy.table, astropy.time, astropy.coordinates, astropy.wcs, astropy.modeling.models, astropy.io.fits")
astropy.exact("Quantity", "[1.0, 2.0] * u.km / u.s", "value.to(u.m / u.s).value", walk=False)
astropy.exact("Table", "astropy.table.Table({'a': [1, 2], 'b': ['x', 'y']})", "value['a'].tolist(), value['b'].tolist()")
astropy.exact("QTable", "astropy.table.QTable({'a': [1.0, 2.0] * u.m})", "value['a'].to(u.cm).value", walk=False)
astropy.exact("Time", "astropy.time.Time('2024-01-02T03:04:05', scale='utc')", "value.jd, value.isot")
astropy.exact("SkyCoord", "astropy.coordinates.SkyCoord(10.5 * u.deg, -3.0 * u.deg)", "value.ra.deg, value.galactic.l.deg", walk=False)
astropy.exact("Gaussian1D", "astropy.modeling.models.Gaussian1D(2.0, 0.5, 0.1)", "value(np.linspace(0, 1, 5))", walk=False)
astropy.exact("WCS", "w = astropy.wcs.WCS(naxis=2)\nw.wcs.crval = [1, 2]\nw.wcs.cdelt = [0.1, 0.1]\nw", "value.wcs_pix2world([[1, 2]], 0)", walk=False)
astropy.exact("Header", "astropy.io.fits.Header({'A': 1})", "value['A']")

Bio = Package("Bio", "from Bio import Align, Phylo, Seq, SeqRecord\nfrom io import StringIO")
Bio.exact("Seq", "Seq.Seq('ACGTAA')", "str(value.reverse_complement())")
Bio.exact("SeqRecord", "SeqRecord.SeqRecord(Seq.Seq('ACGT'), id='s1', annotations={'k': 1})", "value.format('fasta')")
Bio.exact("Tree", "Phylo.read(StringIO('((a:1,b:2):1,c:3);'), 'newick')", "value.total_branch_length()")
Bio.exact("PairwiseAligner", "Align.PairwiseAligner(mode='local', match_score=2)", "value.score('ACGT', 'ACG'), value.mode")

pint = Package("pint", "import pint\nu = pint.get_application_registry()")
pint.exact("Quantity", "pint.application_registry.Quantity(3.5, 'km/h')", "value.to('m/s').magnitude")
pint.exact("Unit", "pint.application_registry.Unit('kg * m')", "str(value)")

uncertainties = Package("uncertainties", "import uncertainties, uncertainties.umath")
uncertainties.exact("Variable", "uncertainties.ufloat(2.0, 0.1, 't')", "value.n, value.s, value.tag")
uncertainties.exact("AffineScalarFunc", "a = uncertainties.ufloat(2.0, 0.1)\na * a + 1", "value.n, value.s")

simpy = Package("simpy")
simpy.exact("Environment", "simpy.Environment(initial_time=3)", "value.now")
simpy.named("Process", "e = simpy.Environment()\ndef work(e):\n    yield e.timeout(1)\ne.process(work(e))", "generator")

boost_histogram = Package("boost_histogram", "import numpy as np, boost_histogram as bh")
boost_histogram.exact("Histogram", "h = bh.Histogram(bh.axis.Regular(4, 0, 1))\nh.fill(np.linspace(0, 1, 9))\nh", "value.view(flow=True)")
boost_histogram.exact("Variable", "bh.axis.Variable([0, 1, 4])", "value.edges")

hist = Package("hist", "import numpy as np, hist")
hist.exact("Hist", "hist.Hist.new.Reg(4, 0, 1, name='x').Double().fill(np.linspace(0, 1, 9))", "value.values()")

numba = Package("numba", "import numpy as np, numba")
numba.exact("CPUDispatcher", "@numba.njit\ndef twice(x):\n    return 2 * x\ntwice", "value(21)", walk=False)
numba.exact("DUFunc", "@numba.vectorize\ndef plus(a, b):\n    return a + b\nplus", "value(np.arange(3), 1)", walk=False)
numba.named("Dict", "d = numba.typed.Dict()\nd['a'] = 1\nd", "value._opaque")

PACKAGES = (
    *(sympy, mpmath, networkx, igraph, rdflib, skimage, PIL, pywt, astropy, Bio, pint, uncertainties, simpy),
    *(boost_histogram, hist, numba),
)
