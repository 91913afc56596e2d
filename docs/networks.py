"""Write the pages and drawings of the reference networks from what the code builds.

    python docs/networks.py        writes docs/lenet5.md, docs/lenet5.svg, docs/alexnet.md, ...

`tests/test_docs.py` holds that the files in the repository are what this would write.
"""

import html
import math
import sys
from pathlib import Path
from types import ModuleType

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent))

from reference import alexnet, lenet5  # noqa: E402
from reference.facts import Facts, LayerFacts  # noqa: E402

NETWORKS = {"lenet5": lenet5, "alexnet": alexnet}
INTRODUCTIONS = {
    "lenet5": (
        "LeNet-5",
        'LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document '
        'recognition", Proceedings of the IEEE 86(11), 1998, section II-B.',
    ),
    "alexnet": (
        "AlexNet",
        'Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural '
        'networks", NIPS 2012, section 3.5.',
    ),
}
WIDTH, GAP, TOP, FLOOR = 84, 14, 34, 190
"""Of a box and between boxes, above the highest box, and where boxes stand, in pixels."""


def titles(module: ModuleType) -> dict[str, str]:
    """Every variant of a network -> its title."""
    return {**module.VARIANTS, **module.EXACT}


def size(shape: tuple[int, ...]) -> str:
    """28x28x6, or 120."""
    return "x".join(map(str, shape))


def drawn(facts: Facts) -> list[LayerFacts]:
    """The layers that a drawing shows: those with weights, and poolings."""
    return [layer for layer in facts.layers if layer.params or "ooling" in layer.kind]


def draw(facts: Facts, title: str) -> str:
    """The network as an SVG: a box a layer, higher for larger maps."""
    shown = drawn(facts)
    width = (WIDTH + GAP) * (len(shown) + 1) + GAP
    boxes = [box(0, "input", facts.input_shape, "", None)]
    boxes += [
        box(i, layer.name, layer.output_shape, layer.kind, layer.params)
        for i, layer in enumerate(shown, start=1)
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {FLOOR + 66}" '
            f'width="{width}" role="img" font-family="sans-serif" font-size="11">',
            f"<title>{html.escape(title)}</title>",
            f'<rect width="{width}" height="{FLOOR + 66}" fill="#ffffff"/>',
            f'<text x="{GAP}" y="20" font-size="14" font-weight="bold">{html.escape(title)}, '
            f"{facts.params:,} weights</text>",
            *boxes,
            "</svg>",
            "",
        ]
    )


def box(position: int, name: str, shape: tuple[int, ...], kind: str, params: int | None) -> str:
    """One layer: its height tells the size of its maps, on a logarithmic scale."""
    left = GAP + position * (WIDTH + GAP)
    middle = left + WIDTH // 2
    extent = shape[0] if len(shape) == 3 else 1
    height = 16 + round(24 * math.log2(extent)) * (FLOOR - TOP - 16) // 192
    pooled = "ooling" in kind or "ampling" in kind
    colour = "#d9e7fb" if not kind or pooled else "#f7dfc2" if len(shape) == 3 else "#dcefd9"
    lines = [size(shape), kind.removesuffix("2D"), "" if params is None else f"{params:,}"]
    texts = [
        f'<text x="{middle}" y="{FLOOR + 16 + 15 * i}" text-anchor="middle" fill="#333333">'
        f"{line}</text>"
        for i, line in enumerate(lines)
    ]
    return "\n".join(
        [
            f'<rect x="{left}" y="{FLOOR - height}" width="{WIDTH}" height="{height}" '
            f'fill="{colour}" stroke="#555555"/>',
            f'<text x="{middle}" y="{FLOOR - 5}" text-anchor="middle" font-weight="bold">'
            f"{html.escape(name)}</text>",
            *texts,
        ]
    )


def page(name: str, module: ModuleType) -> str:
    """The page of one network: a drawing, and a table for each variant."""
    title, source = INTRODUCTIONS[name]
    every = {variant: module.facts(variant) for variant in titles(module)}
    lines = [
        f"# {title}",
        "",
        f"{source}",
        f"Written by `docs/networks.py` from `reference/{name}.py`; where a variant departs from "
        "the paper stands in the docstring of `build`.",
        "",
        f"![{title}]({name}.svg)",
        "",
        "## Variants",
        "",
        "| variant | | input | weights | trainable | connections | multiplications |",
        "|---|---|---|---|---|---|---|",
    ]
    for variant, facts in every.items():
        lines.append(
            f"| `{variant}` | {titles(module)[variant]} | {size(facts.input_shape)} "
            f"| {facts.params:,} | {facts.trainable_params:,} | {facts.connections:,} "
            f"| {facts.macs:,} |"
        )
    for variant, facts in every.items():
        lines += [
            "",
            f"## `{variant}`",
            "",
            "| layer | kind | output | weights | connections | multiplications | sees |",
            "|---|---|---|---|---|---|---|",
        ]
        lines += [
            f"| {layer.name} | {layer.kind} | {size(layer.output_shape)} | {layer.params:,} "
            f"| {layer.connections:,} | {layer.macs:,} | {layer.receptive_field} px |"
            for layer in drawn(facts)
        ]
    lines += [
        "",
        "Connections are counted as LeCun and others do: one for each weight or bias at each "
        "output position. *Sees* is the height of the receptive field in input pixels.",
        "",
    ]
    return "\n".join(lines)


def files() -> dict[str, str]:
    """Every file that this writes -> its content."""
    written = {}
    for name, module in NETWORKS.items():
        first = next(iter(module.VARIANTS))
        written[f"{name}.md"] = page(name, module)
        written[f"{name}.svg"] = draw(module.facts(first), titles(module)[first])
    return written


if __name__ == "__main__":
    for file, content in files().items():
        (DOCS / file).write_text(content, encoding="utf-8")
