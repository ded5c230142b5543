"""The window's composition root: it builds every part and hands it over by constructor.

`main` is light to import; what is heavy comes after the first paint.
"""

from erpai_desktop.app.main import main

__all__ = ["main"]
