"""Long jobs, one file each, and the runner: the only bridge between Qt and asyncio."""
