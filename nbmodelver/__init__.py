"""nbmodelver: git for what lives in the kernel."""

__version__ = "0.1.0"
