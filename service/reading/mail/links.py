"""Oversized attachments that a mail provider replaced by a link: a card with name, size and expiry.

Nothing is ever fetched. A provider's words alone are no attachment: a person may just talk about one.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from service.domain.rules import MailWords
from service.reading.found import safe_name

_CARD = re.compile(
    r"(?P<name>[^\n<>|:：]{1,150}?\.[A-Za-z0-9]{1,5})\s*"
    r"[(（]\s*(?P<size>\d[\d.]{0,9}\s*[KMGTkmgt]?i?[Bb]?)\s*(?:[,，、;；]\s*(?P<expiry>[^()（）\n]{0,60}?(?:到期|过期|有效)[^()（）\n]{0,20}))?\s*[)）]"
)
_NAMED = re.compile(
    r"(?P<name>[^\s<>|:：/]{1,150}\.(?:zip|rar|7z|xlsx?|et|docx?|wps|pdf|jpe?g|png|tiff?|heic|ofd))\b",
    re.IGNORECASE,
)
_URL = re.compile(r"https?://[^\s<>\"'，。；（）]{4,2000}")
_CARDS = 40
_NEAR = 12  # lines between a card and the provider's mark or link


@dataclass(frozen=True, slots=True)
class Link:
    """One attachment that was not attached."""

    name: str
    size: str = ""  # as written: "60.57M"
    expiry: str = ""  # as written

    @property
    def note(self) -> str:
        """Chinese: what the card said."""
        facts = [f"大小 {self.size}" if self.size else "", self.expiry]
        told = "，".join(fact for fact in facts if fact)
        return f"以超大附件链接发送（{told}）" if told else "以超大附件链接发送"


def oversized_links(text: str, targets: Sequence[str], words: MailWords) -> tuple[Link, ...]:
    """The links of a body: text as people see it, targets of its HTML links."""
    urls = [u for u in (*_URL.findall(text), *targets) if _is_provider(u, words.link_patterns)]
    marked = any(mark in text for mark in words.link_marks)
    if not urls and not marked:
        return ()
    cards = tuple(_distinct(_cards(text, words)))
    return cards or tuple(_without_card(text, urls, words))


def _cards(text: str, words: MailWords) -> Iterator[Link]:
    """Cards near a provider's mark or link."""
    lines = text.split("\n")
    near = [n for n, line in enumerate(lines) if _speaks_of_link(line, words)]
    for number, line in enumerate(lines):
        if near and min(abs(number - n) for n in near[:200]) > _NEAR:
            continue
        for found in _CARD.finditer(_without_marks(line[:2000], words)):
            if name := safe_name(found["name"]):
                yield Link(name, "".join(found["size"].split()), (found["expiry"] or "").strip())


def _without_marks(line: str, words: MailWords) -> str:
    """The line cut at the provider's own words, which are no part of a file's name."""
    for mark in sorted(words.link_marks, key=len, reverse=True):
        line = line.replace(mark, "\n")
    return line


def _speaks_of_link(line: str, words: MailWords) -> bool:
    return any(mark in line for mark in words.link_marks) or any(
        _is_provider(u, words.link_patterns) for u in _URL.findall(line)
    )


def _without_card(text: str, urls: list[str], words: MailWords) -> Iterator[Link]:
    """A bare link: named by a file name that stands beside it, else only as a link."""
    if not urls:
        return
    lines = text.split("\n")
    spoken = [n for n, line in enumerate(lines) if _speaks_of_link(line, words)]
    beside = " ".join(line for n in spoken[:5] for line in lines[max(0, n - 2) : n + 1])
    names = [safe_name(found["name"]) for found in _NAMED.finditer(_URL.sub(" ", beside)[:4000])]
    yield from _distinct(Link(name) for name in names or ["超大附件"])


def _is_provider(url: str, patterns: tuple[str, ...]) -> bool:
    return any(pattern.search(url) for pattern in _compiled(patterns))


@lru_cache(maxsize=8)
def _compiled(patterns: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in patterns)


def _distinct(links: Iterable[Link]) -> list[Link]:
    kept: dict[str, Link] = {}
    for link in links:
        kept.setdefault(link.name, link)
        if len(kept) >= _CARDS:
            break
    return list(kept.values())
