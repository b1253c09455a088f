"""What differs inside two models: layers, trees, coefficients, labels and the state of the training."""
