"""Fill a template: every value is escaped and shown without control characters."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from grader.report import evidence, layer_words, text, words


def render(template: str, values: Mapping[str, Any]) -> bytes:
    """The page `templates/<template>` with `values`, as UTF-8."""
    return _environment().get_template(template).render(values).encode()


def file_name(id: str) -> str:
    """Name of the page of the submission `id`; `index.html` is the page of the class.

    Raises:
        ValueError: If `id` is not one plain name, so that no page lands outside its folder.
    """
    if not id or id.startswith(".") or any(c in "/\\:\0" for c in id):
        raise ValueError(f"submission id {id!r}: expected one file name without / \\ : or a dot")
    return f"{id}.page.html" if id.lower() == "index" else f"{id}.html"


def link(id: str) -> str:
    """Address of the page of the submission `id`, relative to the page of the class."""
    return "./" + quote(file_name(id))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("grader.report"),
        autoescape=True,
        finalize=_printed,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        points=text.points,
        count=text.count,
        share=text.share,
        seconds=text.seconds,
        shape=text.shape,
        one_line=text.one_line,
        cut=text.cut,
        settings=layer_words.settings,
    )
    environment.globals.update(words=words, link=link, letter=evidence.letter)
    return environment


def _printed(value: Any) -> Any:
    # Mark-up is what macros of our own templates give back; their values were here before.
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return text.visible(value)
    return value
