"""The bottom panel: jobs, the log, and telling the person when a job of theirs has ended."""
