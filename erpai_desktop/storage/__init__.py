"""Engine, sessions, queries, full text, blobs and migrations: the only room with SQL dialects."""
