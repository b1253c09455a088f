"""Compares arrays by their slices along the first axis: stacks of images, sequences, and wide matrices."""
