import pytest

from grader.execute.inside.outputs import CELL_PIECES, Outputs, overprint


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("10%\r20%\r30%", "30%"),
        ("ab\b\bcd", "cd"),
        ("a\r\nb\r\n", "a\nb\n"),
        ("\b\bx", "x"),
        ("1\n2\r3\n", "1\n3\n"),
    ],
)
def test_overprinted_text_reads_as_on_a_terminal(written, shown):
    assert overprint(written) == shown


def test_a_progress_bar_takes_the_room_of_its_last_state():
    outputs = Outputs(100, 100)
    for i in range(1000):
        outputs.stream("stdout", f"\r{i:04} of 1000")
    assert outputs.take() == [{"kind": "stdout", "text": "0999 of 1000", "truncated": False}]


def test_each_stream_has_its_limit_over_all_cells():
    outputs = Outputs(10, 100)
    outputs.stream("stdout", "12345678")
    assert not outputs.take()[0]["truncated"]
    outputs.stream("stdout", "90ab")
    outputs.stream("stderr", "error")
    out, err = outputs.take()
    assert (out["text"], out["truncated"]) == ("90", True)
    assert (err["text"], err["truncated"]) == ("error", False)


def test_a_cut_does_not_split_a_character():
    outputs = Outputs(4, 100)
    outputs.stream("stdout", "aäöü")
    assert outputs.take()[0]["text"] == "aä"


def test_a_picture_over_the_limit_leaves_its_mark_only():
    outputs = Outputs(10, 100)
    outputs.rich({"image/png": b"x" * 1000, "text/plain": "<Figure>"})
    assert outputs.take() == [{"kind": "png", "text": "", "truncated": True}]


def test_a_long_value_is_cut():
    outputs = Outputs(10, 100)
    outputs.rich({"text/plain": "x" * 1000})
    assert outputs.take() == [{"kind": "text", "text": "x" * 100, "truncated": True}]


def test_pieces_of_a_cell_are_counted():
    outputs = Outputs(10**6, 100)
    for _ in range(CELL_PIECES):
        outputs.stream("stdout", "a")
        outputs.stream("stderr", "b")
    pieces = outputs.take()
    assert len(pieces) == CELL_PIECES
    assert pieces[-1]["truncated"]
