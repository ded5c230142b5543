"""Everything a model knows, row by row, and from where."""
