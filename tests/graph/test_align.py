from hypothesis import given
from hypothesis import strategies as st

from grader.graph.align import align, size
from grader.graph.canonical import canonical
from tests.graph.networks import conv, lenet, model, pool


def graph(letters):
    """A network of convolutions and poolings, one a letter."""
    shape = (2, 2, 1)
    specs = [pool(size=1) if c == "p" else conv(8, 1, str(c)) for c in letters]
    return canonical(model(shape, *specs))


def swap(one, other):
    def cost(i, j):
        a, b = one.nodes[i], other.nodes[j]
        return 0.0 if a.config == b.config and a.kind == b.kind else float("inf")

    return cost


def run(a, b, **options):
    one, other = graph(a), graph(b)
    return align(one, other, swap(one, other), **options)


def test_a_network_is_at_no_distance_from_itself():
    lenet5 = canonical(lenet())
    cost, pairs = align(lenet5, lenet5, swap(lenet5, lenet5))
    assert (cost, pairs) == (0, [(i, i) for i in range(7)])


def test_against_nothing_every_layer_costs_its_weight():
    assert run("aap", "")[0] == run("", "aap")[0] == 2.75 == size(graph("aap").nodes)


def test_of_two_equal_layers_the_later_is_the_missing_one():
    assert run("aa", "a")[1] == [(0, 0), (1, None)]


def test_an_open_end_costs_nothing():
    cost, pairs = run("abcd", "ab", open_end=True)
    assert (cost, pairs[2:]) == (0, [(2, None), (3, None)])


words = st.text("abp", max_size=6)


@given(words, words)
def test_with_swaps_forbidden_it_is_the_longest_common_subsequence(a, b):
    # Independent count: total weight less twice the heaviest common subsequence.
    weight = {"a": 1.0, "b": 1.0, "p": 0.75}
    best = [[0.0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            hit = best[i][j] + weight[x] if x == y else 0.0
            best[i + 1][j + 1] = max(hit, best[i][j + 1], best[i + 1][j])
    total = sum(weight[x] for x in a + b)
    cost, pairs = run(a, b)
    assert abs(cost - (total - 2 * best[-1][-1])) < 1e-9
    assert [i for i, _ in pairs if i is not None] == list(range(len(a)))
    assert [j for _, j in pairs if j is not None] == list(range(len(b)))
