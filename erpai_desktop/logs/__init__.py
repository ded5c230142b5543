"""The log on disk: a file for each process, bounded in size and number; and what nobody caught, written into it."""
