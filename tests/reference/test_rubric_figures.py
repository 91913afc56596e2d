"""The figures in the rubrics' sentences are those of the reference networks."""

import re

import pytest

from grader import course

pytestmark = pytest.mark.keras

STATED = {
    # What no network can tell: years and results of the papers, and an input size that
    # Krizhevsky et al. 2012 state though their arithmetic needs 227x227.
    "1998", "2012", "15.3", "224x224",
}  # fmt: skip
FIGURE = re.compile(r"(?<![A-Za-z\d.,-])\d+(?:,\d{3})*(?:\.\d+)?(?:x\d+)?(?![\dx]|\.\d)")


def rubrics():
    for assignment in course.load(course.default_root()).assignments:
        for question, rubric in assignment.rubrics.items():
            yield pytest.param(rubric, id=f"{assignment.slug}-{question}")


@pytest.fixture(scope="module")
def known() -> set[str]:
    """Every size and count of LeNet-5 and AlexNet, as they would be written."""
    from reference import alexnet, lenet5

    found = set()
    for module, variant in ((lenet5, "classroom"), (alexnet, "single_tower")):
        facts = module.facts(variant)
        found.add("x".join(map(str, facts.input_shape[:2])))
        # "60 thousand" of the paper's LeNet-5 and "60 million" are rounded down from these.
        found |= {str(int(facts.params / unit) // 10 * 10) for unit in (1e3, 1e6)}
        for layer in facts.layers:
            found |= {f"{n:,}" for n in (*layer.output_shape, layer.params)}
            found.add("x".join(map(str, layer.output_shape[:2])))
        for layer in module.build(variant).layers:
            config = layer.get_config()
            for key in ("kernel_size", "pool_size", "strides"):
                if key in config:
                    found |= {"x".join(map(str, config[key])), str(config[key][0])}
            found.add(str(config.get("rate")))
    return found


@pytest.mark.parametrize("rubric", rubrics())
def test_sizes_and_large_counts_are_those_of_the_networks(rubric, known):
    figures = {f for c in rubric.criteria for f in FIGURE.findall(c.text)}
    # Numbers of things named, such as "two reasons", are no figures of a network.
    telling = {f for f in figures if "x" in f or "." in f or int(f.replace(",", "")) > 6}
    assert telling - known - STATED == set()
