"""Turn the bytes of a text file into text, whatever editor wrote it."""

import codecs
import re

from grader.errors import SubmissionError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", None),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_SIGNATURES = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"Rar!", "a rar archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def to_text(data: bytes) -> tuple[str, str | None]:
    """The text with `\\n` line ends, and a note when it was not UTF-8.

    Raises:
        SubmissionError: If the bytes are no text.
    """
    for signature, name in _SIGNATURES:
        if data.startswith(signature):
            raise SubmissionError(
                f"Received {name} under another name, expected a notebook (.ipynb); save the "
                "notebook itself and hand it in again."
            )
    text, encoding = _decode(data)
    if _CONTROLS.search(text[:100_000]):
        raise SubmissionError(
            "Received binary data, expected the text of a notebook; save it as .ipynb and hand it "
            "in again."
        )
    note = f"Read as {encoding}, because it is not UTF-8." if encoding else None
    return clean(text), note


def clean(text: str) -> str:
    """The text with `\\n` line ends and no half characters, which JSON cannot hold."""
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decode(data: bytes) -> tuple[str, str | None]:
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            return data.decode(codec, "replace"), name
    # Without a mark, UTF-16 of western text has a zero at every other byte.
    for codec, zeros in (("utf-16-le", data[1:200:2]), ("utf-16-be", data[:200:2])):
        if len(zeros) > 1 and zeros.count(0) > 0.8 * len(zeros):
            return data.decode(codec, "replace"), "UTF-16"
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError:
        pass
    try:
        # What Windows calls Latin-1: the same letters, and quotes where Latin-1 has controls.
        return data.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError:
        return data.decode("latin-1"), "Latin-1"
