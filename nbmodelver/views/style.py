"""The style of all HTML views: theme variables of the host, with fallbacks for light and dark pages.

Class names are repeated in selectors so that they override the notebook's rules for tables in outputs.
"""

STYLE = """<style>
.nbmv{--nbmv-dim:var(--jp-ui-font-color2,#59636e);--nbmv-good:var(--jp-success-color1,#1a7f37);
--nbmv-bad:var(--jp-error-color1,#cf222e);--nbmv-warn:var(--jp-warn-color1,#9a6700);
--nbmv-accent:var(--jp-brand-color1,#0969da);--nbmv-rule:rgba(128,128,128,.28);
font-family:var(--jp-ui-font-family,system-ui,sans-serif);font-size:var(--jp-ui-font-size1,13px);line-height:1.5;
color:var(--jp-ui-font-color1,inherit);max-width:100%;overflow-x:auto;padding:2px 0}
@media (prefers-color-scheme:dark){.nbmv{--nbmv-dim:var(--jp-ui-font-color2,#9198a1);
--nbmv-good:var(--jp-success-color1,#3fb950);--nbmv-bad:var(--jp-error-color1,#f85149);
--nbmv-warn:var(--jp-warn-color1,#d29922);--nbmv-accent:var(--jp-brand-color1,#4493f8)}}
.nbmv .nbmv-h1{font-size:1.08em;font-weight:600;margin:4px 0 6px}
.nbmv .nbmv-h2{font-weight:600;margin:12px 0 3px}
.nbmv .nbmv-line{margin:1px 0;overflow-wrap:anywhere}
.nbmv.nbmv.nbmv table{border-collapse:collapse;border:0;margin:2px 0 6px;font-size:inherit;width:auto;
table-layout:auto;color:inherit}
.nbmv.nbmv.nbmv thead{border:0}
.nbmv.nbmv.nbmv tr,.nbmv.nbmv.nbmv tbody tr:nth-child(odd),.nbmv.nbmv.nbmv tbody tr:nth-child(even){background:none}
.nbmv.nbmv.nbmv tbody tr:hover{background:rgba(128,128,128,.1)}
.nbmv.nbmv.nbmv th,.nbmv.nbmv.nbmv td{text-align:left;vertical-align:baseline;padding:2px 18px 2px 0;border:0;
line-height:1.5;max-width:52ch;white-space:normal;overflow-wrap:break-word}
.nbmv.nbmv.nbmv th{font-weight:500;color:var(--nbmv-dim);border-bottom:1px solid var(--nbmv-rule)}
.nbmv.nbmv.nbmv .nbmv-r{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.nbmv.nbmv.nbmv .nbmv-m{padding-right:8px;width:1ch;font-family:var(--jp-code-font-family,monospace);font-weight:600}
.nbmv.nbmv.nbmv .nbmv-same td{color:var(--nbmv-dim)}
.nbmv .nbmv-strong{font-weight:600}.nbmv .nbmv-dim{color:var(--nbmv-dim)}.nbmv .nbmv-good{color:var(--nbmv-good)}
.nbmv .nbmv-bad{color:var(--nbmv-bad)}.nbmv .nbmv-warn{color:var(--nbmv-warn)}
.nbmv .nbmv-accent{color:var(--nbmv-accent)}
.nbmv .nbmv-graph{color:var(--nbmv-accent);font:1.3em/1 var(--jp-code-font-family,monospace);white-space:pre}
.nbmv .nbmv-code,.nbmv pre{font-family:var(--jp-code-font-family,ui-monospace,monospace);
font-size:var(--jp-code-font-size,12px)}
.nbmv.nbmv pre{margin:2px 0 8px;padding:0;background:none;color:inherit;line-height:1.45;overflow-x:auto;
white-space:pre}
.nbmv pre span{display:block;padding:0 8px;border-left:3px solid transparent;min-height:1.45em}
.nbmv pre .nbmv-add{background:rgba(46,160,67,.16);border-left-color:var(--nbmv-good)}
.nbmv pre .nbmv-del{background:rgba(248,81,73,.16);border-left-color:var(--nbmv-bad)}
.nbmv pre .nbmv-at{color:var(--nbmv-dim)}
.nbmv details{margin:6px 0}.nbmv summary{cursor:pointer;font-weight:600}
.nbmv details>div{margin:2px 0 2px 14px}
.nbmv svg{vertical-align:middle;fill:var(--nbmv-accent)}
</style>"""
