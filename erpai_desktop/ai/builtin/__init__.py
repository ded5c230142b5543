"""The built-in engine: an index of curated answers, and answering from it without key or network."""
