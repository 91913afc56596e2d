"""A result as its student may see it: nothing in it names another student."""

from grader.result import Flag, Result

ABOUT_OTHERS = frozenset({"similar_submission"})
"""Kinds of flag whose message and evidence name another student."""
INSTEAD = "Parts of this work resemble another hand-in; a person compares the two."


def discreet(result: Result) -> Result:
    """`result` with such flags, and the reasons that repeat them, in words that name nobody."""
    flags = [*result.flags, *(f for q in result.questions for f in q.flags)]
    named = {f.message for f in flags if f.kind in ABOUT_OTHERS}
    if not named:
        return result
    questions = tuple(
        q.model_copy(
            update={
                "flags": tuple(_discreet(f) for f in q.flags),
                "reasons": tuple(INSTEAD if r in named else r for r in q.reasons),
            }
        )
        for q in result.questions
    )
    told = tuple(_discreet(f) for f in result.flags)
    return result.model_copy(update={"flags": told, "questions": questions})


def _discreet(flag: Flag) -> Flag:
    if flag.kind not in ABOUT_OTHERS:
        return flag
    return flag.model_copy(update={"message": INSTEAD, "evidence": {}})
