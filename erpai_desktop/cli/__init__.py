"""The program without a window: the same services, for scripts and checks.

Exit status 0, or 2 with one clear line on standard error.
"""
