import pytest

from grader.graph.canonical import canonical
from grader.graph.differences import changes
from tests.graph.networks import FLATTEN, conv, dense, model, pool


def node(spec, shape=(16, 16, 4)):
    return canonical(model(shape, spec)).nodes[0]


def found(reference, spec, **options):
    return [(c.field, c.severity) for c in changes(node(reference), node(spec), **options)]


@pytest.mark.parametrize(
    ("expected", "given", "severity"),
    [
        ("tanh", "sigmoid", "accepted"),
        ("tanh", "relu", "accepted"),
        ("tanh", "my_scaled_tanh", "accepted"),
        ("tanh", "linear", "fault"),
        ("tanh", "softmax", "fault"),
        ("relu", "leaky_relu", "accepted"),
        ("relu", "gelu", "accepted"),
        ("relu", "sigmoid", "fault"),
        ("relu", "linear", "fault"),
        ("linear", "relu", "fault"),
    ],
)
def test_an_activation_is_accepted_where_it_is_no_step_back(expected, given, severity):
    assert found(conv(6, 5, expected), conv(6, 5, given)) == [("activation", severity)]


@pytest.mark.parametrize("activation", ["linear", "softmax", "log_softmax"])
def test_at_the_output_a_softmax_may_be_left_to_the_loss(activation):
    one, other = (canonical(model((9,), dense(10, a))).nodes[0] for a in ("softmax", activation))
    assert changes(one, other, last=True) == []


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        (conv(7, 5), "filters"),
        (conv(6, 3), "kernel_size"),
        (conv(6, 5, strides=2), "strides"),
        (conv(6, 5, padding="same"), "padding"),
        (conv(6, 5, dilation_rate=[2, 2]), "dilation_rate"),
    ],
)
def test_every_setting_of_a_convolution_counts(spec, field):
    assert found(conv(6, 5), spec) == [(field, "fault")]


def test_same_padding_under_another_kernel_is_one_difference():
    spec = conv(6, 3, padding="same")
    assert found(conv(6, 5, padding="same"), spec) == [("kernel_size", "fault")]


def test_pooling_without_overlap_is_a_fault_where_it_should_overlap():
    assert found(pool("Max", 3, 2), pool("Max", 2)) == [("pool_size", "fault")]
    assert found(pool("Average"), pool("Max")) == [("kind", "accepted")]
    assert found(pool("Max"), pool("Average")) == [("kind", "fault")]


def test_a_missing_bias_is_a_remark():
    assert found(conv(6, 5), conv(6, 5, use_bias=False)) == [("use_bias", "remark")]


def test_the_papers_padding_excuses_only_with_the_papers_kernel():
    adapted, paper = conv(6, 3, padding="same"), conv(6, 5)
    assert found(adapted, conv(6, 5), paper=node(paper)) == [
        ("kernel_size", "accepted"),
        ("padding", "accepted"),
    ]
    padded = conv(6, 5, padding="same")
    assert found(padded, conv(6, 5), paper=node(paper)) == [("padding", "fault")]


def test_the_further_off_a_width_the_dearer():
    costs = [
        changes(*(canonical(model((4, 4, 2), FLATTEN, dense(n))).nodes[0] for n in (120, units)))
        for units in (100, 30)
    ]
    assert costs[0][0].cost < costs[1][0].cost < 1
