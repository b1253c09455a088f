"""The link to the IPython kernel: reads its variables and cells, runs verbs, and binds restored values."""
