"""What a value is: model, dataset, hyperparameters, metric; its profile and the comparison of two profiles."""
