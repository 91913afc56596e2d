"""Pages as a browser shows them."""

import os
import re
import struct
import subprocess
import zlib
from pathlib import Path

import pytest

from grader import report
from grader.records import Cell
from tests.report import builder

CHROMIUM = Path("/usr/bin/chromium")
PHONE = 390  # CSS pixels, the width of a common phone

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no /usr/bin/chromium here"),
]

MEASURE = """<!doctype html><title>measure</title>
<iframe id="f" src="{page}" width="{width}" height="800" style="border:0"></iframe>
<script>
onload = () => {{
  const root = document.getElementById("f").contentDocument.documentElement;
  document.body.innerHTML = `<p>scroll ${{root.scrollWidth}} client ${{root.clientWidth}}</p>`;
}};
</script>"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A batch with a long name without a space, a long line of code and a wide word."""
    out = tmp_path_factory.mktemp("results")
    long = "W" * 300
    student = builder.submission(id="long", student=long, source=f"{long}/{long}.ipynb")
    layer = builder.model().layers[0].model_copy(update={"name": long})
    model = builder.model(layers=(layer,), variable=long, failure=long)
    question = builder.built(model=model, title=long, reasons=(long,))
    batch = [
        builder.result(),
        builder.unreadable(),
        builder.result(submission=student, questions=(builder.written(title=long), question)),
    ]
    cells = [Cell(index=i, kind="code", source=f"x = '{long}'") for i in range(3)]
    report.write(batch, out, sources={"ada": builder.CELLS, "long": cells})
    return out


def chromium(folder, *arguments):
    command = [
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--enable-logging=stderr",
        "--allow-file-access-from-files",
        f"--user-data-dir={folder / 'profile'}",
        *arguments,
    ]
    environment = {**os.environ, "HOME": str(folder)}
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, env=environment
    )


@pytest.mark.parametrize("name", ["ada.html", "broken.html", "long.html", "index.html"])
def test_a_phone_never_scrolls_a_page_sideways(folder, name):
    harness = folder / f"measure-{name}"
    harness.write_text(MEASURE.format(page=name, width=PHONE), "utf-8")
    shown = chromium(folder, "--dump-dom", harness.as_uri()).stdout
    scroll, client = map(int, re.search(r"scroll (\d+) client (\d+)", shown).groups())
    assert PHONE - 20 <= client <= PHONE  # a scroll bar may take its part
    assert scroll <= client


@pytest.mark.parametrize("name", ["ada.html", "index.html"])
def test_a_page_is_drawn_without_a_word_on_the_console(folder, name):
    picture = folder / f"{name}.png"
    page = (folder / name).as_uri()
    ended = chromium(folder, "--window-size=900,1200", f"--screenshot={picture}", page)
    assert "CONSOLE" not in ended.stderr
    content = picture.read_bytes()
    width, height = struct.unpack(">II", content[16:24])
    assert (width, height) == (900, 1200)
    assert len(_colours(content)) > 20


def _colours(png: bytes) -> set[int]:
    """Byte values of the picture's data: a blank page has a handful, a drawn one hundreds."""
    data, at = b"", 8
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + size]
        at += 12 + size
    return set(zlib.decompress(data))
