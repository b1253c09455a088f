"""Exports to other systems, and imports from them: MLflow, DVC, Git and others.

`systems` lists them, `protocol` says what each must do, `collecting` makes files of a version, `sidecar` is the file
that every target gets, and `arrivals` makes versions of what comes in. A new system is one file here and one row in
the table; other packages add theirs by the entry point `nbmodelver.systems`.
"""
