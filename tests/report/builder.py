"""Results written by hand, with every field of the format filled where it can be."""

from datetime import UTC, datetime
from typing import Any

from grader.records import Cell, Difference, Layer, Quote
from grader.result import (
    AccuracyInfo,
    AlignmentInfo,
    CellInfo,
    CheckInfo,
    ClaimInfo,
    CriterionInfo,
    EnvironmentInfo,
    ExecutionInfo,
    Flag,
    ModelInfo,
    Override,
    QuestionResult,
    Result,
    SubmissionInfo,
)

ANSWER = (
    "Pooling makes a map smaller and keeps the strongest responses.\n"
    "LeNet-5 pools by taking the maximum of each window.\n"
    "It also makes the network less sensitive to small shifts."
)
"""An answer that meets one criterion, misses one and holds one wrong statement."""

CELLS = (
    Cell(index=0, kind="markdown", source="# Q1 What does pooling do?"),
    Cell(index=1, kind="markdown", source=ANSWER),
    Cell(index=2, kind="code", source="model = build()\nmodel.fit(x, y)"),
)
"""The notebook that the questions below come from."""

MARKED_AT = datetime(2026, 3, 2, 21, 40, tzinfo=UTC)


def quote(words: str, cell: int = 1) -> Quote:
    start = CELLS[cell].source.index(words)
    return Quote(cell=cell, start=start, end=start + len(words), text=words)


def written(**changes: Any) -> QuestionResult:
    made = QuestionResult(
        id="P1",
        title="Purpose of pooling",
        kind="written",
        points=2.5,
        max_points=4,
        outcome="partial",
        confidence=0.83,
        needs_review=False,
        alignment=AlignmentInfo(cells=(0, 1), method="headings", confidence=0.97),
        criteria=(
            CriterionInfo(
                id="smaller",
                text="Says that pooling makes the maps smaller.",
                outcome="passed",
                points=2,
                max_points=2,
                credit=1,
                confidence=0.95,
                message="You name the smaller map.",
                quotes=(quote("makes a map smaller"),),
            ),
            CriterionInfo(
                id="shift",
                text="Says what pooling does for small shifts, and why.",
                outcome="partial",
                points=0.5,
                max_points=1,
                credit=0.5,
                confidence=0.7,
                message="You name the effect; say why it comes about.",
                quotes=(quote("less sensitive to small shifts"),),
            ),
            CriterionInfo(
                id="cost",
                text="Says that fewer numbers cost less to compute.",
                outcome="failed",
                points=0,
                max_points=1,
                credit=0,
                confidence=0.9,
                message="Nothing about the cost of what follows was found.",
            ),
        ),
        claims=(
            ClaimInfo(
                text="LeNet-5 pools by taking the maximum of each window",
                cell=1,
                verdict="wrong",
                expected="LeNet-5 pools by averaging",
            ),
        ),
    )
    return made.model_copy(update=changes)


def model(**changes: Any) -> ModelInfo:
    made = ModelInfo(
        variable="lenet",
        cell=2,
        framework="keras",
        verified=True,
        input_shape=(28, 28, 1),
        params=61_706,
        trainable_params=61_706,
        reference="lenet5/classroom",
        conforms="no",
        layers=(
            Layer(
                name="C1",
                kind="Conv2D",
                output_shape=(28, 28, 8),
                params=208,
                trainable_params=208,
                config={
                    "filters": 8,
                    "kernel_size": [5, 5],
                    "strides": [1, 1],
                    "padding": "same",
                    "activation": "tanh",
                },
            ),
            Layer(
                name="S2",
                kind="MaxPooling2D",
                output_shape=(14, 14, 8),
                config={"pool_size": [2, 2], "strides": [2, 2], "padding": "valid"},
            ),
        ),
        differences=(
            Difference(
                layer="C1",
                kind="changed",
                field="filters",
                expected="6",
                found="8",
                severity="fault",
                message="Your first convolution has 8 filters; the figure in the handout shows 6.",
            ),
            Difference(
                layer="S2",
                kind="changed",
                field="pooling",
                expected="average",
                found="max",
                severity="accepted",
                message="S2 takes the maximum; the course accepts that.",
            ),
        ),
        training="2 of 10 epochs, cut short by the budget of 2000 steps",
    )
    return made.model_copy(update=changes)


def accuracy(**changes: Any) -> AccuracyInfo:
    made = AccuracyInfo(
        dataset="mnist",
        split="test",
        value=0.9712,
        n=10_000,
        low=0.9677,
        high=0.9744,
        confidence_level=0.95,
        threshold=0.96,
        passed=True,
        device="cpu",
        epochs_run=2,
        epochs_asked=10,
        stopped_because="budget of 2000 steps",
        verified=True,
        preprocessing="x / 255",
    )
    return made.model_copy(update=changes)


def built(**changes: Any) -> QuestionResult:
    made = QuestionResult(
        id="L4",
        title="Build LeNet-5",
        kind="model",
        points=5,
        max_points=6,
        outcome="partial",
        confidence=1,
        needs_review=True,
        reasons=("The notebook claims 99.2%, measured were 97.12%.",),
        alignment=AlignmentInfo(cells=(2,), method="question_text", confidence=0.9),
        checks=(
            CheckInfo(
                id="graph",
                type="layer_graph",
                outcome="partial",
                passed=False,
                points=3,
                max_points=4,
                expected="LeNet-5",
                found="LeNet-5 with 8 filters in C1",
                message="Your first convolution has 8 filters; the figure shows 6.",
            ),
            CheckInfo(
                id="accuracy",
                type="held_out_accuracy",
                outcome="passed",
                passed=True,
                points=2,
                max_points=2,
                expected="at least 96%",
                found="97.12%",
            ),
        ),
        model=model(),
        other_models=(model(variable="first_try", params=1_256_080, conforms=None),),
        accuracy=accuracy(),
        flags=(
            Flag(
                kind="claimed_accuracy",
                severity="warning",
                message="The notebook claims 99.2%, measured were 97.12%.",
                evidence={"claimed": 0.992},
            ),
        ),
    )
    return made.model_copy(update=changes)


def ran(**changes: Any) -> ExecutionInfo:
    made = ExecutionInfo(
        status="error",
        seconds=41.3,
        peak_memory_mib=812,
        isolation="bubblewrap",
        warm=True,
        seed=7,
        environment=EnvironmentInfo(
            python="3.12.4",
            keras="3.10.0",
            backend="tensorflow",
            device="cpu",
            versions={"numpy": "2.1.0"},
            data={"mnist": "stand-in made from scikit-learn's digits"},
        ),
        cells=(
            CellInfo(index=2, status="ok", seconds=38.2),
            CellInfo(index=3, status="error", seconds=0.1, error="NameError: 'y_tset'"),
        ),
        missing=("the package seaborn",),
        skipped=("pip install seaborn",),
    )
    return made.model_copy(update=changes)


def submission(**changes: Any) -> SubmissionInfo:
    made = SubmissionInfo(
        id="ada",
        student="Ada Sample",
        source="hand-ins/ada.ipynb",
        sha256="0f" * 32,
        attempt=2,
        submitted_at=MARKED_AT,
        late=True,
    )
    return made.model_copy(update=changes)


def result(**changes: Any) -> Result:
    made = Result(
        grader_version="0.1.0",
        course_version="4be1c0ffee12",
        submission=submission(),
        assignment="cnn_foundations",
        points=7.5,
        max_points=10,
        outcome="needs_review",
        execution=ran(),
        questions=(written(), built()),
        flags=(Flag(kind="stand_in_data", severity="info", message="MNIST was a stand-in."),),
        overrides=(
            Override(
                question="P1",
                criterion="shift",
                points=0.5,
                reason="The second sentence says it.",
                author="Dr. Marker",
                at=MARKED_AT,
            ),
        ),
    )
    return made.model_copy(update=changes)


def unreadable(**changes: Any) -> Result:
    """A file that is no notebook: nothing was run and no question was found."""
    made = Result(
        grader_version="0.1.0",
        course_version="4be1c0ffee12",
        submission=submission(id="broken", student="Bo Broken", sha256="", attempt=1, late=False),
        assignment=None,
        points=0,
        max_points=0,
        outcome="needs_review",
        execution=ExecutionInfo(
            status="not_run",
            seconds=0,
            peak_memory_mib=None,
            isolation="bubblewrap",
            warm=False,
            seed=None,
            environment=EnvironmentInfo(),
            cells=(),
            message="The file ends in the middle of a cell; hand in the notebook again.",
        ),
    )
    return made.model_copy(update=changes)
