"""Checks for leaks from test data into training data."""
