"""The window's composition root: it builds every part and hands it over by constructor."""
