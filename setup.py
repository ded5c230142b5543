"""Ships the top-level `resources/` inside the wheel as `erpai_desktop/_resources`; the rest is in pyproject.toml."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithResources(build_py):
    """`build_py` that also copies the resources, which lie beside the package and not in it."""

    def run(self) -> None:
        """Build, then copy."""
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib) / "erpai_desktop" / "_resources"
            shutil.copytree("resources", target, dirs_exist_ok=True)


setup(cmdclass={"build_py": BuildWithResources})
