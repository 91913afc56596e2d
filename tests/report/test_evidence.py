"""Finding the words that earned something."""

from grader.records import Cell, Quote
from grader.report import evidence
from tests.report import builder


def marked(source, *quotes, **changes):
    criterion = builder.written().criteria[0]
    criteria = tuple(criterion.model_copy(update={"quotes": (q,)}) for q in quotes)
    question = builder.written(criteria=criteria, claims=(), **changes)
    cells = [Cell(index=1, kind="markdown", source=source)]
    [cell] = evidence.mark(question, cells, "q").cells
    return [(p.text, tuple(s.number for s in p.sources)) for p in cell.pieces]


def at(start, end, text):
    return Quote(cell=1, start=start, end=end, text=text)


def test_a_quote_that_is_nowhere_is_left_out():
    assert marked("one two", at(0, 3, "six")) == [("one two", ())]
    assert marked("one two", at(0, 0, "")) == [("one two", ())]
    assert marked("one two", at(90, 95, "x")) == [("one two", ())]


def test_a_quote_is_found_by_its_words_when_its_place_is_wrong():
    assert marked("one two", at(0, 3, "two")) == [("one ", ()), ("two", ("1",))]


def test_overlapping_quotes_are_marked_with_both():
    pieces = marked("abcdef", at(0, 4, "abcd"), at(2, 6, "cdef"))
    assert pieces == [("ab", ("1",)), ("cd", ("1", "2")), ("ef", ("2",))]


def test_the_pieces_put_together_are_the_cell():
    found = evidence.mark(builder.written(), builder.CELLS, "q")
    assert ["".join(p.text for p in c.pieces) for c in found.cells] == [
        builder.CELLS[0].source,
        builder.CELLS[1].source,
    ]


def test_wrong_statements_are_marked_and_right_ones_are_not():
    claims = builder.written().claims
    right = claims[0].model_copy(update={"verdict": "right"})
    wrong = evidence.mark(builder.written(criteria=()), builder.CELLS, "q")
    assert wrong.anchors.keys() == {"a"}
    assert not evidence.mark(
        builder.written(criteria=(), claims=(right,)), builder.CELLS, "q"
    ).anchors


def test_cells_are_known_by_their_index_and_not_their_place_in_the_list():
    found = evidence.mark(builder.written(), builder.CELLS[1:], "q")
    assert [c.index for c in found.cells] == [1]
    assert found.anchors.keys() == {"1", "2", "a"}


def test_a_pasted_picture_and_an_endless_cell_are_cut():
    [(text, _)] = marked("![x](data:image/png;base64," + "A" * 100_000 + ") end")
    assert text == "![x](data:image/png;base64,[… 100,000 characters]) end"
    [(text, _)] = marked("word " * 10_000)
    assert text.endswith("[… 30,000 more characters]")


def test_statements_have_names_beyond_the_alphabet():
    names = [evidence.letter(n) for n in range(60)]
    assert names[:2] == ["a", "b"]
    assert len(set(names)) == 60
