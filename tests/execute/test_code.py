import pytest

from grader.execute.code import is_code


@pytest.mark.parametrize(
    "source",
    [
        "",
        "  \n\n",
        "# a comment\n  # another",
        "!pip install keras\n%pip install x",
        "pip3 install x",
    ],
)
def test_nothing_to_run(source):
    assert not is_code(source)


@pytest.mark.parametrize(
    "source", ["x = 1", "# why\nimport numpy", "!ls", "pipeline = 3", "pip = 2"]
)
def test_something_to_run(source):
    assert is_code(source)
