"""Faults of a course that only show across keys, each with the key that it is at."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from grader import registry

if TYPE_CHECKING:
    from grader.course import Question, Rubric


def check_faults(where: str, question: "Question") -> Iterator[str]:
    """What is wrong with the checks of `question`, which stands at `where`."""
    if not question.checks:
        yield f"{where}.checks: a {question.kind} question needs at least one check"
    yield from repeated(f"{where}.checks", [c.id for c in question.checks])
    total = sum(c.points for c in question.checks)
    if question.checks and abs(total - question.points) > 1e-9:
        yield (
            f"{where}.checks: their points add up to {total:g}, "
            f"the question is worth {question.points:g}"
        )
    earlier: set[str] = set()
    for i, check in enumerate(question.checks):
        key = f"{where}.checks[{i}]"
        yield from _of_options(key, "type", "verify", check.type, check.options)
        for need in check.needs:
            if need not in earlier:
                yield f"{key}.needs: no earlier check '{need}' in this question"
        earlier.add(check.id)


def rubric_faults(rubric: "Rubric") -> Iterator[str]:
    """What is wrong with the criteria of `rubric`."""
    yield from repeated("criteria", [c.id for c in rubric.criteria])
    for i, criterion in enumerate(rubric.criteria):
        key = f"criteria[{i}]"
        yield from _of_options(key, "scorer", "score", criterion.scorer, criterion.options)


def _of_options(
    where: str, key: str, stage: str, name: str, options: dict[str, Any]
) -> Iterator[str]:
    plugin = registry.find(stage, name)
    if plugin is None:
        yield f"{where}.{key}: {registry.unknown(stage, name)}"
        return
    try:
        plugin.parse(options)
    except ValidationError as error:
        known = ", ".join(plugin.options.model_fields) or "none"
        for option, text in registry.explain(error):
            yield f"{where}.{option}: {text}; options of '{name}' are {known}"


def repeated(where: str, ids: list[str]) -> Iterator[str]:
    """Ids that are used more than once."""
    for id in sorted({i for i in ids if ids.count(i) > 1}):
        yield f"{where}: the id '{id}' is used more than once"
