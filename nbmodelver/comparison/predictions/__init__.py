"""Predictions of two models, and metrics of both on the same rows."""
