"""Text in code cells is told from code."""

import pytest

from grader.align.prose import is_prose
from grader.records import Cell
from tests.align.questions import CNN_FOUNDATIONS


def prose(source):
    return is_prose(Cell(index=0, kind="code", source=source), CNN_FOUNDATIONS)


@pytest.mark.parametrize(
    "source",
    [
        "1. Describe the purpose and benefits of pooling in CNN.",
        "TOPIC: Exploring LeNet",
        "#TOPIC: Exploring LeNet",
        "Pooling makes the maps smaller and keeps what matters.",
        "Max pooling keeps the largest value.\nMin pooling keeps the smallest.\n\nBoth halve maps.",
        "- pooling reduces the size\n- it has no weights at all",
        "Ans: the network has 6 filters in C1 (5x5), then pooling follows.",
        "# only a comment\n# and another one",
        '"""Pooling makes the maps smaller."""',
        "It's what LeCun used",
        "What is the purpose of pooling?",
        "Größere Fenster verkleinern die Karte stärker.",
    ],
)
def test_text(source):
    assert prose(source)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "   \n",
        "x = 1",
        "pip install torch torchvision",
        "!pip install keras",
        "!ls -la some folder here",
        "%matplotlib inline",
        "%%bash\necho these are plain words",
        "%%html\n<b>these are plain words</b>",
        "model.fit?",
        "model?",
        "pip install torch\nimport torch\nmodel = torch.nn.Linear(1, 1)",
        "model = Sequential([\n  Conv2D(6, 5)\n  MaxPooling2D()\nmodel.fit(x, y)",
        "def f(x)\n    return x",
        "for i in range(10)\n    print i",
        'print "the model is very good"',
        "import keras as\nkeras.models",
        "x = = 1",
        "model",
        "# a comment\nx = 1",
        "1. Describe the purpose of pooling.\nimport keras\nmodel = keras.Model()\nmodel.fit(x)",
        "await fetch()",
        "x = 0777",
    ],
)
def test_code(source):
    assert not prose(source)


def test_only_code_cells_are_asked():
    assert not is_prose(Cell(index=0, kind="markdown", source="Words of an answer here."))


@pytest.mark.parametrize(
    "source",
    ["(" * 5000, "-" * 50_000 + "1", "x = " + "9" * 10_000, "a\0b", "f'{", "\\", "x" * 300_000],
)
def test_nothing_breaks_the_parser(source):
    assert not prose(source)
