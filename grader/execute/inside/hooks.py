"""Call the framework adaptors right after the modules they patch are imported."""

import importlib
import importlib.util
import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from .context import Run

FRAMEWORKS = ("keras", "torch")
"""Packages whose adaptor is loaded when they are first asked for; TensorFlow asks for Keras."""

STAND_INS = {"google.colab": "colab"}
"""Package that exists only elsewhere -> the module here that answers for it."""


class Hooks:
    """A finder ahead of Python's own, which finds through them and patches what they load."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._patches: dict[str, Callable[[ModuleType, Run], None]] = {}
        self._searching: set[str] = set()
        self.adaptors: dict[str, Any] = {}
        """Framework -> its adaptor, for the frameworks that were asked for."""

    def install(self) -> None:
        """Go ahead of Python's own finders."""
        sys.meta_path.insert(0, self)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find as Python would, and have the module patched once it is executed."""
        if name in self._searching:
            return None
        if name in STAND_INS:
            return importlib.util.spec_from_loader(name, _StandIn(self._run, STAND_INS[name]))
        if name in FRAMEWORKS and name not in self.adaptors:
            self._load(name)
        if name not in self._patches:
            return None
        self._searching.add(name)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self._searching.discard(name)
        if spec is not None and spec.loader is not None:
            self._patch_after(spec.loader, name)
        return spec

    def _load(self, framework: str) -> None:
        module = f"{__package__}.{framework}_adaptor"
        with self._run.guard(f"adaptor for {framework}"):
            if importlib.util.find_spec(module) is None:
                return
            adaptor = importlib.import_module(module)
            self.adaptors[framework] = adaptor
            self._patches.update(adaptor.PATCHES)
            self._patches.setdefault(framework, lambda module, run: None)

    def _patch_after(self, loader: Any, name: str) -> None:
        execute = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            with self._run.guard(f"patch of {name}"):
                self._patches[name](module, self._run)
                # The cell that imports a framework often builds a network too.
                if name in self.adaptors:
                    self.adaptors[name].seed(self._run.seed)

        # On the instance: the loader's type is what some packages look at.
        loader.exec_module = exec_module


class _StandIn(Loader):
    """Loads a module of this package under another name."""

    def __init__(self, run: Run, module: str) -> None:
        self._run = run
        self._module = module

    def exec_module(self, module: ModuleType) -> None:
        source = importlib.import_module(f"{__package__}.{self._module}")
        source.fill(module, self._run)
