"""Table I of LeCun et al. 1998, against what the paper says of it."""

import pytest

from reference.connection_table import C3_READS, check


def test_the_rows_are_threes_fours_and_all_as_the_paper_says():
    def contiguous(start, count):
        return tuple(sorted((start + step) % 6 for step in range(count)))

    assert C3_READS[:6] == tuple(contiguous(start, 3) for start in range(6))
    assert C3_READS[6:12] == tuple(contiguous(start, 4) for start in range(6))
    assert C3_READS[12:] == ((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5), (0, 1, 2, 3, 4, 5))


def test_the_weights_come_to_the_papers_1516():
    assert 25 * sum(len(row) for row in C3_READS) + len(C3_READS) == 25 * 60 + 16 == 1_516


def test_each_s2_map_is_read_ten_times():
    # Each row of table I has ten crosses.
    assert [sum(s2 in row for row in C3_READS) for s2 in range(6)] == [10] * 6


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ((), "received no rows"),
        (((0,), ()), r"table\[1\]: received no maps"),
        (((0, 0),), "expected each map once"),
        (((-1, 0),), "received -1, expected at least 0"),
        (((0, 6),), "received map 6, expected below 6"),
    ],
)
def test_a_bad_table_is_named(table, words):
    with pytest.raises(ValueError, match=words):
        check(table, maps=6)
