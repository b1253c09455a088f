"""Values as tables: columns of NumPy arrays, their hashes, their schema and their distributions."""
