"""Git repositories as a target and as a source: with DVC, with Git LFS, or with plain files.

`commands` runs Git, `objects` and `history` read a repository, `stream` writes commits, `labels` and `gto` write tags.
`exporter` and `importer` are the protocols of the exchange; `dvc`, `lfs` and `plain` say where the content lies.
"""
