"""The reference LeNet-5 against the paper and hand counts."""

import pytest

pytestmark = pytest.mark.keras


@pytest.fixture(scope="module")
def lenet5():
    from reference import lenet5

    return lenet5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [({"variant": "modern"}, "received 'modern', expected one of"), ({"classes": 1}, "at least 2")],
)
def test_a_bad_argument_is_named(lenet5, arguments, words):
    with pytest.raises(ValueError, match=words):
        lenet5.build(**arguments)


def test_weights_per_layer_match_the_paper(lenet5):
    counts = {layer.name: layer.count_params() for layer in lenet5.build().layers}
    # LeCun et al. 1998, section II-B, except C3 (dense here), S2, S4 and the output.
    assert counts == {
        "C1": (5 * 5 * 1 + 1) * 6,
        "S2": 0,
        "C3": (5 * 5 * 6 + 1) * 16,
        "S4": 0,
        "flatten": 0,
        "C5": (5 * 5 * 16 + 1) * 120,
        "F6": (120 + 1) * 84,
        "output": (84 + 1) * 10,
    }
    assert (counts["C1"], counts["C5"], counts["F6"]) == (156, 48_120, 10_164)


@pytest.mark.parametrize(
    ("variant", "c5", "total", "s4"),
    [
        ("classroom", (5 * 5 * 16 + 1) * 120, 61_706, (None, 5, 5, 16)),
        ("unpadded_28", (4 * 4 * 16 + 1) * 120, 44_426, (None, 4, 4, 16)),
        ("padded_28", (5 * 5 * 16 + 1) * 120, 61_706, (None, 5, 5, 16)),
    ],
)
def test_each_variant_has_its_total_and_its_s4(lenet5, variant, c5, total, s4):
    model = lenet5.build(variant)
    assert model.count_params() == 156 + 2_416 + c5 + 10_164 + 850 == total
    assert model.get_layer("S4").output.shape == s4
    assert set(lenet5.VARIANTS) == {"classroom", "unpadded_28", "padded_28"}


def test_the_maps_have_the_sizes_of_the_papers_figure_2(lenet5):
    model = lenet5.build()
    assert [model.get_layer(n).output.shape[1:] for n in ("C1", "S2", "C3", "S4")] == [
        (28, 28, 6),
        (14, 14, 6),
        (10, 10, 16),
        (5, 5, 16),
    ]


def test_classes_change_the_output_alone(lenet5):
    assert lenet5.build(classes=26).count_params() == 61_706 + 16 * 85
