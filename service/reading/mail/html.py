"""HTML bodies to text that keeps lines; nothing is fetched, run or rendered. Linear, never raises."""

import html
import re
from collections.abc import Iterator

_OPENING = re.compile(r"<(?=[a-zA-Z/!?])")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,20})([^<>]*)>")
_SILENT = frozenset({"script", "style", "head", "title", "noscript", "template"})
_BLOCKS = frozenset({
    "p", "div", "br", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote",
    "section", "article", "header", "footer", "form", "pre", "dt", "dd",
})  # fmt: skip
_BLANK_LINES = re.compile(r"\n{3,}")
_SPACES = re.compile(r"[ \t\u3000\u00a0]+")
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"<>]{1,4000})"|'([^'<>]{1,4000})'|([^\s"'<>]{1,4000}))""", re.IGNORECASE)
_CID = re.compile(r"""\bcid:([^"'\s<>)]{1,300})""", re.IGNORECASE)
_CHARSET = re.compile(rb"""<meta[^<>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)


def to_text(markup: str) -> str:
    """The text a person sees, one line per block, table cells apart."""
    lines = (_SPACES.sub(" ", line).strip() for line in "".join(_pieces(markup)).split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def _pieces(markup: str) -> Iterator[str]:
    at = 0
    unclosed: set[str] = set()
    while at < len(markup):
        found = _OPENING.search(markup, at)
        if found is None:
            break
        opening = found.start()
        yield _text(markup[at:opening])
        at, piece = _after_markup(markup, opening, unclosed)
        yield piece
    yield _text(markup[at:])


def _after_markup(markup: str, at: int, unclosed: set[str]) -> tuple[int, str]:
    """Where the text goes on after the "<" at `at`, and what the tag itself shows."""
    if markup.startswith("<!--", at):
        return _behind(markup, "-->", at + 4), ""
    if markup.startswith(("<!", "<?"), at):
        return _behind(markup, ">", at), ""
    tag = _TAG.match(markup, at)
    if tag is None:
        return at + 1, "<"
    name = tag[2].lower()
    if name in _SILENT - unclosed and not tag[1] and not tag[3].endswith("/"):
        return _behind_element(markup, name, tag.end(), unclosed), ""
    if name in {"td", "th"}:
        return tag.end(), " "
    return tag.end(), "\n" if name in _BLOCKS else ""


def _behind(markup: str, mark: str, at: int) -> int:
    found = markup.find(mark, at)
    return len(markup) if found < 0 else found + len(mark)


def _behind_element(markup: str, name: str, at: int, unclosed: set[str]) -> int:
    """After the end tag; an element that never ends swallows nothing, and is looked for once."""
    closing = re.compile(f"</{name}[^<>]*>", re.IGNORECASE).search(markup, at)
    if closing is None:
        unclosed.add(name)
        return at
    return closing.end()


def _text(raw: str) -> str:
    """Character data: source line breaks are white space, references are read."""
    flat = raw.replace("\n", " ").replace("\r", " ")
    return html.unescape(flat) if "&" in flat else flat


def links(markup: str) -> list[str]:
    """Targets of all links, references read, in order."""
    return [html.unescape(next(g for g in found if g)) for found in _HREF.findall(markup)]


def content_ids(markup: str) -> set[str]:
    """Content-IDs that the markup shows as pictures."""
    return {html.unescape(found) for found in _CID.findall(markup)}


def declared_charset(raw: bytes) -> str | None:
    """The charset that a document names for itself."""
    found = _CHARSET.search(raw[:4096])
    return found[1].decode("ascii") if found else None
