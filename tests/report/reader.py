"""Read a page as a browser would: elements with their attributes, text, and how they nest."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "hr", "img", "input", "rect", "line"}


@dataclass
class Page(HTMLParser):
    """What a page holds."""

    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    text: str = ""
    """All text outside of the style sheet, white space as it is."""
    style: str = ""
    open: list[str] = field(default_factory=list)

    def __post_init__(self):
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1] == tag, f"</{tag}> where <{self.open[-1]}> is open"
        self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] == "style":
            self.style += data
        else:
            self.text += data

    @property
    def words(self) -> str:
        """All text with white space collapsed."""
        return " ".join(self.text.split())

    def all(self, tag):
        """Attributes of all elements called `tag`."""
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def ids(self) -> list[str]:
        return [attributes["id"] for _, attributes in self.elements if "id" in attributes]


def read(page: bytes) -> Page:
    """The page, after checking that every element is closed where it should be."""
    reader = Page()
    reader.feed(page.decode())
    reader.close()
    assert reader.open == [], f"left open: {reader.open}"
    return reader
