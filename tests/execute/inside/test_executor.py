import base64

import pytest

from tests.execute.conftest import text

CELLS = {
    "plain": "x = 1\nprint('one')\nx + 1",
    "syntax": "x = = 1",
    "after": "print(x)",
    "exit": "import sys\nprint('leaving')\nsys.exit()\nprint('never')",
    "exit_code": "sys.exit('no data')",
    "quit": "exit()",
    "input": "name = input('Your name: ')",
    "getpass": "import getpass\ngetpass.getpass()",
    "installs": "!pip install nothing\n%pip install nothing_either\nprint('ready')",
    "bare_install": "pip install bare\nprint('ready')",
    "await": "import asyncio\nawait asyncio.sleep(0)\nprint('awaited')",
    "shell": "!echo from a shell\nimport os\nos.system('echo from below')\nprint('from Python')",
    "fds": "n = os.write(2, b'native')",
    "missing": "import a_package_that_nobody_has.part",
    "caught": "try:\n    import another_missing\nexcept ImportError:\n    print('without')",
    "file": "open('students_own.csv')",
    "colab": "from google.colab import drive\ndrive.mount('/content/drive')",
    "slow": "import time\ntry:\n    time.sleep(60)\nexcept Exception:\n    print('swallowed')",
    "fork": "if os.fork() == 0:\n    print('child')\nelse:\n    os.wait()",
    "bad_repr": "class Odd:\n    def __repr__(self): raise ValueError\nOdd()",
    "bad_error": "class Bad(Exception):\n    def __str__(self): 1 / 0\nraise Bad",
    "thread": "import threading\n"
    "t = threading.Thread(target=print, args=('threaded',))\nt.start()\nt.join()",
    "main": "__name__",
    "names": "sorted(n for n in globals() if not n.startswith('_') and n not in ('In', 'Out'))",
    "random": "import random, numpy as np\n(random.random(), np.random.rand())",
    "random_again": "(random.random(), np.random.rand())",
    # Last: it uses up what is kept of stdout.
    "flood": "while True: print('x' * 1000)",
}


@pytest.fixture(scope="module")
def record(execute):
    return execute(list(CELLS.values()), cell_seconds=1, stream_mib=0.1, memory_mib=1024)


@pytest.fixture
def cell(record):
    return lambda name: record.cells[list(CELLS).index(name)]


def test_cells_run_in_order_and_go_on_after_an_error(record, cell):
    assert record.status == "ok"
    assert [c.index for c in record.cells] == list(range(len(CELLS)))
    assert text(cell("plain")) == "one\n"
    assert text(cell("plain"), "text") == "2"
    assert text(cell("after")) == "1\n"


def test_a_syntax_error_is_the_cells(cell):
    assert cell("syntax").status == "error"
    assert cell("syntax").error.startswith("SyntaxError")


def test_leaving_ends_only_the_cell(cell):
    assert cell("exit").status == cell("quit").status == "ok"
    assert text(cell("exit")) == "leaving\n"
    assert cell("exit_code").error == "SystemExit: no data"


@pytest.mark.parametrize("name", ["input", "getpass"])
def test_a_question_to_the_keyboard_is_a_clear_error(cell, name):
    assert cell(name).status == "error"
    assert "assign the value in the code instead" in cell(name).error


def test_installs_are_recorded_and_not_run(record, cell):
    assert {"pip install nothing", "pip install nothing_either", "pip install bare"} <= set(
        record.skipped
    )
    assert cell("installs").status == cell("bare_install").status == "ok"
    assert text(cell("installs")) == text(cell("bare_install")) == "ready\n"


def test_await_works_at_the_top(cell):
    assert text(cell("await")) == "awaited\n"


def test_output_of_children_and_native_code_is_kept(cell):
    assert text(cell("shell")).startswith("from a shell\n")
    assert {"from below", "from Python"} <= set(text(cell("shell")).split("\n"))
    assert text(cell("fds"), "stderr") == "native"
    assert text(cell("thread")) == "threaded\n"


def test_what_the_machine_lacks_is_told_apart_from_mistakes(record, cell):
    assert "package a_package_that_nobody_has" in record.missing
    assert "file students_own.csv" in record.missing
    assert not any("another_missing" in m for m in record.missing)
    assert text(cell("caught")) == "without\n"


def test_a_colab_drive_is_recorded(record, cell):
    assert cell("colab").status == "ok"
    assert "google.colab: drive.mount('/content/drive')" in record.skipped


def test_figures_become_pictures(execute):
    shown = "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"
    for cell in execute([shown, "plt.plot([1, 2]);"]).cells:
        pictures = [o.text for o in cell.outputs if o.kind == "png"]
        assert len(pictures) == 1
        assert base64.b64decode(pictures[0]).startswith(b"\x89PNG")


def test_a_slow_cell_is_ended_and_named(cell):
    assert cell("slow").status == "timeout"
    assert text(cell("slow")) == ""
    assert "1 s" in cell("slow").error


def test_endless_output_is_cut(cell):
    assert cell("flood").status == "output_limit"
    out = next(o for o in cell("flood").outputs if o.kind == "stdout")
    assert out.truncated
    assert len(out.text) < 0.1 * 2**20


def test_a_forked_copy_does_not_run_on(record, cell):
    assert text(cell("fork")) == "child\n"
    assert record.message is None


def test_objects_that_fail_to_show_do_no_harm(cell):
    assert cell("bad_repr").status == "ok"
    assert cell("bad_error").error.startswith("Bad: ")


def test_the_notebook_is_main_and_sees_no_names_of_ours(cell):
    assert text(cell("main"), "text") == "'__main__'"
    names = set(
        text(cell("names"), "text").replace("\n", "").strip("[]").replace("'", "").split(", ")
    )
    known = {"x", "sys", "getpass", "asyncio", "os", "n", "drive", "time", "t", "threading"}
    # What IPython itself puts there.
    known |= {"exit", "quit", "open", "get_ipython", "Odd", "Bad"}
    assert {n.strip() for n in names} <= known


def test_every_cell_starts_from_the_same_seed(cell):
    assert text(cell("random"), "text") == text(cell("random_again"), "text") != ""


@pytest.mark.slow
def test_an_alarm_that_is_swallowed_comes_again(execute):
    swallow = "import time\ntry:\n    time.sleep(30)\nexcept BaseException:\n    time.sleep(30)"
    record = execute([swallow, "1"], cell_seconds=0.2)
    assert [c.status for c in record.cells] == ["timeout", "ok"]
