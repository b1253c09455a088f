"""Figures and charts."""

# A row is one line.
# fmt: off
from tests.fidelity.coverage import Package

matplotlib = Package("matplotlib", "import io, numpy as np, matplotlib, matplotlib.pyplot as plt, matplotlib.figure, matplotlib.colors\ndef pixels(f):\n    out = io.BytesIO()\n    f.savefig(out, format='raw')\n    return out.getvalue()")
matplotlib.exact("Figure", "f = matplotlib.figure.Figure(figsize=(2, 2))\nf.subplots().plot([1, 3, 2], label='l')\nf", "pixels(value)", walk=False)
matplotlib.exact("Axes", "matplotlib.figure.Figure().subplots()", "value.get_xlim()", walk=False)
matplotlib.exact("ListedColormap", "matplotlib.colormaps['viridis']", "value(0.3)")
matplotlib.exact("LogNorm", "matplotlib.colors.LogNorm(1, 10)", "float(value(3.0))", walk=False)
matplotlib.exact("Line2D", "matplotlib.lines.Line2D([0, 1], [2, 3], color='r')", "value.get_ydata()", walk=False)

seaborn = Package("seaborn", "import pandas as pd, seaborn as sns\ndf = pd.DataFrame({'a': [1, 2, 3], 'b': [1, 4, 2]})")
seaborn.exact("FacetGrid", "sns.relplot(df, x='a', y='b')", "value.axes.shape", walk=False)
seaborn.exact("JointGrid", "sns.jointplot(df, x='a', y='b')", "value.x.tolist()", walk=False)
seaborn.exact("_ColorPalette", "sns.color_palette('deep', 3)", "value.as_hex()")

plotly = Package("plotly", "import plotly.graph_objects as go")
plotly.exact("Figure", "go.Figure(go.Scatter(x=[1, 2], y=[3, 4]), layout={'title': {'text': 't'}})", "value.to_json() and value.layout.title.text, value.data[0].y", walk=False)
plotly.exact("Scatter", "go.Scatter(x=[1, 2], y=[3, 4])", "value.to_plotly_json()")

altair = Package("altair", "import altair as alt, pandas as pd")
altair.exact("Chart", "alt.Chart(pd.DataFrame({'a': [1, 2]})).mark_line().encode(x='a:Q')", "value.to_dict()['mark'], value.to_dict()['encoding'], value.data.to_dict()")
altair.exact("LayerChart", "alt.layer(alt.Chart('d.csv').mark_line(), alt.Chart('d.csv').mark_point())", "value.to_dict()['layer']")

bokeh = Package("bokeh", "from bokeh.plotting import figure\nfrom bokeh.models import ColumnDataSource, Range1d")
bokeh.named("figure", "f = figure(title='t')\nf.line([1, 2], [3, 4])\nf", "_owners")
bokeh.named("ColumnDataSource", "ColumnDataSource({'a': [1, 2]})", "_owners")
bokeh.exact("Range1d", "Range1d(0, 5)", "value.end", walk=False)

graphviz = Package("graphviz")
graphviz.exact("Digraph", "d = graphviz.Digraph('d')\nd.edge('a', 'b')\nd", "value.source")

ipywidgets = Package("ipywidgets")
ipywidgets.exact("IntSlider", "ipywidgets.IntSlider(3)", "value.value, value.max", walk=False)

PACKAGES = (matplotlib, seaborn, plotly, altair, bokeh, graphviz, ipywidgets)
