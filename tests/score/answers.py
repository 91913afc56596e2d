"""Builders of answers for tests."""

from grader.records import Answer, AnswerPart, Finding


def answer(*texts: str, prompt: str = "What is it good for?", start: int = 0) -> Answer:
    """An answer with one part for each text, in cells 0, 1, ..."""
    parts = tuple(AnswerPart(cell=i, start=start, text=text) for i, text in enumerate(texts))
    return Answer(question="q", prompt=prompt, parts=parts)


def assert_quotes_are_exact(finding: Finding, given: Answer) -> None:
    """Each quote is the stretch of its cell that it claims to be; none overlap."""
    parts = {part.cell: part for part in given.parts}
    reached = (-1, 0)
    for quote in finding.quotes:
        part = parts[quote.cell]
        assert quote.text
        assert part.text[quote.start - part.start : quote.end - part.start] == quote.text
        assert (quote.cell, quote.start) >= reached
        reached = (quote.cell, quote.end)
