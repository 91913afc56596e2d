"""Find checks and scorers by name: the file name is the type name.

`type: param_count` is the function `check` of `grader/verify/param_count.py`; `scorer: key_groups`
is the function `score` of `grader/score/key_groups.py`. Its keyword-only parameters are the
options and their annotations the validation. Third parties add a type by an entry point in the
group `grader.verify` or `grader.score` whose value is the function.
"""

import difflib
import importlib
import importlib.metadata
import inspect
import pkgutil
import typing
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from grader.records import Finding

VERBS = {"verify": "check", "score": "score"}
"""Stage -> name of the function in each of its files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """A check or a scorer, with its options."""

    name: str
    """As typed in YAML."""
    function: Callable[..., Finding]
    """Takes the subject or the answer, and the options as keywords."""
    options: type[BaseModel]
    """Validates the options; one field per keyword-only parameter."""

    def parse(self, given: dict[str, Any]) -> dict[str, Any]:
        """The options as the function's parameters expect them.

        Raises:
            ValidationError: With one error for each option that is missing, unknown or mistyped.
        """
        parsed = self.options.model_validate(given)
        return {name: getattr(parsed, name) for name in type(parsed).model_fields}

    def __call__(self, subject: Any, given: dict[str, Any]) -> Finding:
        """Run the check or scorer with options as written in YAML."""
        return self.function(subject, **self.parse(given))


def names(stage: str) -> list[str]:
    """All type names of `stage`, sorted."""
    package = importlib.import_module(f"grader.{stage}")
    own = [m.name for m in pkgutil.iter_modules(package.__path__) if not m.name.startswith("_")]
    return sorted([*own, *_entry_points(stage)])


@cache
def find(stage: str, name: str) -> Plugin | None:
    """The check or scorer called `name`, or None if there is none."""
    if name not in names(stage):
        return None
    verb = VERBS[stage]
    if entry := _entry_points(stage).get(name):
        function = entry.load()
    else:
        function = getattr(importlib.import_module(f"grader.{stage}.{name}"), verb)
    return Plugin(name=name, function=function, options=_options(name, function))


def unknown(stage: str, name: str) -> str:
    """Say that `name` is no type of `stage`, and which one may be meant."""
    known = names(stage)
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean '{close[0]}'?" if close else f"known are {', '.join(known)}"
    return f"no {VERBS[stage].replace('score', 'scorer')} '{name}'; {hint}"


def explain(error: ValidationError) -> list[tuple[str, str]]:
    """Each fault of `error` as the key it is at and what to do about it."""
    faults = []
    for fault in error.errors():
        key = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in fault["loc"]).lstrip(".")
        if fault["type"] == "extra_forbidden":
            text = "unknown key"
        elif fault["type"] == "missing":
            text = "missing"
        else:
            text = f"{fault['msg']}, received {fault['input']!r}"
        faults.append((key, text))
    return faults


@cache
def _entry_points(stage: str) -> dict[str, importlib.metadata.EntryPoint]:
    return {e.name: e for e in importlib.metadata.entry_points(group=f"grader.{stage}")}


def _options(name: str, function: Callable[..., Finding]) -> type[BaseModel]:
    hints = typing.get_type_hints(function, include_extras=True)
    fields: dict[str, Any] = {
        p.name: (hints[p.name], ... if p.default is p.empty else p.default)
        for p in inspect.signature(function).parameters.values()
        if p.kind is p.KEYWORD_ONLY
    }
    return create_model(f"{name} options", __config__=ConfigDict(extra="forbid"), **fields)
