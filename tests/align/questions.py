"""Two assignments as their handouts print them, and a builder for small submissions."""

from grader.course import Assignment, Question, Section
from grader.records import Alignment, Cell, Submission


def _written(id: str, number: int, title: str, prompt: str, section: str | None = None) -> Question:
    return Question(
        id=id,
        number=number,
        title=title,
        prompt=prompt,
        kind="written",
        points=1,
        section=section,
    )


LENET_ALEXNET = Assignment(
    slug="lenet_alexnet",
    title="LeNet-5 and AlexNet",
    questions=(
        _written(
            "Q1",
            1,
            "Architecture of LeNet-5",
            "Explain the architecture of LeNet-5 and its significance in the field of deep "
            "learning.",
        ),
        _written(
            "Q2",
            2,
            "Key components of LeNet-5",
            "Describe the key components of LeNet-5 and their roles in the network.",
        ),
        _written(
            "Q3",
            3,
            "Limitations of LeNet-5",
            "Discuss the limitations of LeNet-5 and how subsequent architectures like AlexNet "
            "addressed these limitations.",
        ),
        _written(
            "Q4",
            4,
            "Architecture of AlexNet",
            "Explain the architecture of AlexNet and its contributions to the advancement of deep "
            "learning.",
        ),
        _written(
            "Q5",
            5,
            "LeNet-5 and AlexNet compared",
            "Compare and contrast the architectures of LeNet-5 and AlexNet. Discuss their "
            "similarities, differences, and respective contributions to the field of deep "
            "learning.",
        ),
    ),
)

CNN_FOUNDATIONS = Assignment(
    slug="cnn_foundations",
    title="Foundations of convolutional networks",
    sections=(
        Section(id="P", title="Understanding Pooling and Padding in CNN"),
        Section(id="L", title="Exploring LeNet"),
        Section(id="A", title="Analyzing AlexNet"),
    ),
    questions=(
        _written(
            "P1",
            1,
            "Pooling: purpose and benefits",
            "Describe the purpose and benefits of pooling in CNN.",
            "P",
        ),
        _written(
            "P2",
            2,
            "Min pooling and max pooling",
            "Explain the difference between min pooling and max pooling.",
            "P",
        ),
        _written(
            "P3",
            3,
            "Padding and its significance",
            "Discuss the concept of padding in CNN and its significance.",
            "P",
        ),
        _written(
            "P4",
            4,
            "Zero-padding and valid-padding",
            "Compare and contrast zero-padding and valid-padding in terms of their effects on the "
            "output feature map size.",
            "P",
        ),
        _written(
            "L1",
            1,
            "Overview of LeNet-5",
            "Provide a brief overview of LeNet-5 architecture.",
            "L",
        ),
        _written(
            "L2",
            2,
            "Components of LeNet-5",
            "Describe the key components of LeNet-5 and their respective purposes.",
            "L",
        ),
        _written(
            "L3",
            3,
            "Advantages and limitations of LeNet-5",
            "Discuss the advantages and limitations of LeNet-5 in the context of image "
            "classification tasks.",
            "L",
        ),
        _written(
            "L4",
            4,
            "LeNet-5 implemented",
            "Implement LeNet-5 using a deep learning framework of your choice (e.g., TensorFlow, "
            "PyTorch) and train it on a publicly available dataset (e.g., MNIST). Evaluate its "
            "performance and provide insights.",
            "L",
        ),
        _written(
            "A1",
            1,
            "Overview of AlexNet",
            "Present an overview of the AlexNet architecture.",
            "A",
        ),
        _written(
            "A2",
            2,
            "Innovations of AlexNet",
            "Explain the architectural innovations introduced in AlexNet that contributed to its "
            "breakthrough performance.",
            "A",
        ),
        _written(
            "A3",
            3,
            "Layers of AlexNet",
            "Discuss the role of convolutional layers, pooling layers, and fully connected layers "
            "in AlexNet.",
            "A",
        ),
        _written(
            "A4",
            4,
            "AlexNet implemented",
            "Implement AlexNet using a deep learning framework of your choice and evaluate its "
            "performance on a dataset of your choice.",
            "A",
        ),
    ),
)


def notebook(*cells: str | tuple[str, str]) -> Submission:
    """A submission; a plain string is a markdown cell, a pair is (kind, source)."""
    pairs = [c if isinstance(c, tuple) else ("markdown", c) for c in cells]
    return Submission(
        id="x",
        student="x",
        source="x.ipynb",
        cells=tuple(Cell(index=i, kind=k, source=s) for i, (k, s) in enumerate(pairs)),
    )


def cells(alignment: Alignment) -> dict[str, tuple[int, ...]]:
    """Question id -> its cells."""
    return {m.question: m.cells for m in alignment.matches}


def answer(submission: Submission, alignment: Alignment, question: str) -> str:
    """The text of all answer spans of `question`, one line each."""
    match = alignment.match(question)
    assert match is not None, f"{question} was not found"
    return "\n".join(submission.cells[s.cell].source[s.start : s.end] for s in match.answer)
