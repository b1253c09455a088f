"""Runs a version again in a fresh environment, and compares what comes out with the record."""
