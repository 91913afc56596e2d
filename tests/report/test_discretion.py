"""What a student is told about others."""

from grader.report.discretion import discreet
from tests.report import builder


def similar(message):
    return builder.Flag(
        kind="similar_submission", severity="warning", message=message, evidence={"to": "bo"}
    )


def test_nothing_of_the_other_student_is_left():
    question = builder.written(flags=(similar("Like Bo's."),), reasons=("Like Bo's.", "Too short."))
    told = discreet(builder.result(flags=(similar("Weights of Bo."),), questions=(question,)))
    assert "Bo" not in told.model_dump_json()
    assert '"bo"' not in told.model_dump_json()
    assert told.questions[0].reasons[1] == "Too short."


def test_a_result_that_names_nobody_stays_as_it_is():
    assert discreet(builder.result()) == builder.result()
