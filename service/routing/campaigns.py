"""Whose mail it is, where one mailbox serves several campaigns: by the signs a person would go by, strongest first.

A thread, a number, a form or a letter that say different things are not weighed: a person decides. So it is when
nothing says anything, and more than one campaign may be meant.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from service.domain.campaigns import Links, Sign, Whose
from service.domain.rules import Rulebook
from service.domain.simplifying import simplified
from service.domain.submission import Role, Submission, Table
from service.routing.kinds import has_pieces, is_from_staff

GRACE = timedelta(days=14)
"""How long after its deadline a campaign may still be meant by a mail that says nothing."""
_LEAST_LETTERS = 6  # of a title that tells campaigns apart: 表一 is everybody's
_CLEARLY_LESS = 0.75  # of the columns that another campaign's rules know
_BEYOND = re.compile(r"[^0-9a-z一-鿿]+")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d|号|年\d{1,2}月)")  # no date, no number of a document
_FILES = frozenset({Role.FORM, Role.FORM_SCAN, Role.SUPPORTING, Role.UNREADABLE})
_SAID = {
    Sign.THREAD: "回复的往来邮件",
    Sign.NUMBER: "主题里的编号",
    Sign.FORM: "征集表",
    Sign.LETTER: "报送函",
    Sign.WORDS: "主题或附件名",
}


@dataclass(frozen=True, slots=True)
class _Seen:
    """One sign: the campaigns it points to, and what was seen."""

    sign: Sign
    campaigns: frozenset[str]
    what: str = ""
    by_title: bool = False  # nothing but a title, which may be last year's
    place: str = ""  # the file


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """By what campaigns that share a mailbox can be told apart: what only one of them is called."""

    books: tuple[Rulebook, ...]
    phrases: Mapping[str, frozenset[str]]
    words: Mapping[str, frozenset[str]]  # of subjects and file names besides
    addressees: Mapping[str, frozenset[str]]
    years: Mapping[str, str]

    def titled(self, *texts: str) -> Mapping[str, str]:
        """The campaigns that texts name by a title of theirs, each with the title."""
        return {own: title for text in texts for own, title in _naming(text, self.phrases)}

    def said(self, text: str) -> Mapping[str, str]:
        """The campaigns that a subject or file name names: by title, by a word of theirs, or by their year."""
        if found := dict(_naming(text, {**self.words, **self.phrases})):
            return found
        return {self.years[year]: f"{year}年" for year in _YEAR.findall(_plain(text)) if year in self.years}

    def addressed(self, text: str) -> Mapping[str, str]:
        return dict(_naming(text, self.addressees))


@lru_cache(maxsize=8)
def names_of(books: tuple[Rulebook, ...]) -> Names:
    """What these campaigns are called. Kept, as rulebooks are frozen."""
    years = {prefix_of(b): found[0] for b in books if (found := _YEAR.findall(_plain(b.campaign.title)))}
    return Names(
        books,
        _owned(books, _titles, _LEAST_LETTERS),
        _owned(books, lambda book: book.campaign.subject_words, 2),
        _owned(books, lambda book: book.campaign.addressees, 2),
        {year: prefix for prefix, year in years.items() if list(years.values()).count(year) == 1},
    )


def prefix_of(book: Rulebook) -> str:
    return book.campaign.number_prefix


def needs_all(names: Names, reading: Submission) -> bool:
    """Whether one campaign's reading of a mail leaves open whose form it brings: others are to read it too."""
    tables = {table.attachment for table in reading.tables}
    unexplained = any(a.role in _FILES and a.path not in tables for a in reading.attachments)
    return unexplained or any(not _headed(names, path, [reading]) for path in tables)


def staffed_by(books: Sequence[Rulebook], reading: Submission) -> tuple[Rulebook, ...]:
    """The campaigns in whose eyes a mail is staff's own: see `routing.kinds`."""
    return tuple(book for book in books if is_from_staff(reading, book))


def whose(
    names: Names, readings: Mapping[str, Submission], links: Links, received: datetime, staff: Sequence[Rulebook] = ()
) -> Whose:
    """The campaign of a mail. readings: by campaigns, of those that read it; staff: see `staffed_by`."""
    if staff:
        return _of_staff(names, next(iter(readings.values())), links, staff)
    strong = [one for one in _strong(names, readings, links) if one.campaigns]
    first = next(iter(readings.values()))
    said = _said(names, first)
    open_now = frozenset(prefix_of(b) for b in names.books if received <= b.campaign.deadline + GRACE)
    seen = strong or ([said] if said.campaigns else [])
    meant = frozenset(prefix for one in seen for prefix in one.campaigns)
    if len(meant) > 1:
        return _doubtful(names, seen[0], open_now, _contradiction(names, seen))
    if strong and (doubt := _doubt_of_titles(names, strong, said, first, open_now)):
        return _doubtful(names, strong[0], open_now, doubt)
    told = seen[0] if seen else _told_in_text(names, first)
    if told.campaigns:
        return _settled(names, next(iter(told.campaigns)), told)
    return _by_standing(names, first, links, open_now)


def _of_staff(names: Names, reading: Submission, links: Links, staff: Sequence[Rulebook]) -> Whose:
    """What people of several campaigns write is about the one that they answer, or name."""
    own = [prefix_of(book) for book in staff]
    named = [*([links.thread] if links.thread else []), *sorted(links.numbers), *names.said(reading.envelope.subject)]
    meant = next((prefix for prefix in named if prefix in own), own[0])
    return _settled(names, meant, _Seen(Sign.STAFF, frozenset(own)))


def _by_standing(names: Names, reading: Submission, links: Links, open_now: frozenset[str]) -> Whose:
    """Nothing in the mail says whose it is."""
    for cases, is_open in ((links.open, True), (links.known, False)):
        if len(cases) == 1:
            (own,) = cases
            seen = _Seen(Sign.SENDER, cases)
            is_likely = is_open and own in open_now
            if not is_likely and open_now - cases and has_pieces(reading):
                doubt = "没有写明是哪项活动；来件人的报送件已经收齐，或者那项活动已经截止，而另有活动正在征集"
                return _doubtful(names, seen, open_now, doubt)
            return _settled(names, own, seen)
    if len(open_now) == 1:
        return _settled(names, next(iter(open_now)), _Seen(Sign.DEADLINE, open_now))
    return _doubtful(names, _Seen(Sign.NONE, frozenset()), open_now, "没有可以区分各项活动的依据")


def _settled(names: Names, own: str, seen: _Seen) -> Whose:
    return Whose(own, _title(names, own), seen.sign, _WHY[seen.sign].format(what=seen.what))


def _doubtful(names: Names, seen: _Seen, open_now: frozenset[str], doubt: str) -> Whose:
    """The likeliest: of those that the strongest sign points to, or of all, one that is still open; the first."""
    likely = [prefix for prefix in map(prefix_of, names.books) if not seen.campaigns or prefix in seen.campaigns]
    own = next((prefix for prefix in likely if prefix in open_now), likely[0])
    return Whose(own, _title(names, own), seen.sign, _WHY[seen.sign].format(what=seen.what), doubt)


_WHY = {
    Sign.STAFF: "工作人员来信",
    Sign.THREAD: "回复了本活动的往来邮件",
    Sign.NUMBER: "主题写有本活动的编号",
    Sign.FORM: "征集表{what}",
    Sign.LETTER: "报送函{what}",
    Sign.WORDS: "写有“{what}”",
    Sign.SENDER: "来件人或其单位只在本活动中有报送件",
    Sign.DEADLINE: "只有本活动还在征集",
    Sign.NONE: "没有依据",
}


def _contradiction(names: Names, seen: Iterable[_Seen]) -> str:
    return "；".join(f"{_SAID[one.sign]}{one.place}指向{_titles_of(names, one.campaigns)}" for one in seen)


def _titles_of(names: Names, campaigns: Iterable[str]) -> str:
    return "、".join(f"“{_title(names, prefix)}”" for prefix in sorted(campaigns))


def _doubt_of_titles(
    names: Names, strong: Sequence[_Seen], said: _Seen, reading: Submission, open_now: frozenset[str]
) -> str:
    """Why titles alone do not settle it: people fill in last year's form again. "" when they do."""
    own = strong[0].campaigns
    if not all(seen.by_title for seen in strong):
        return ""
    if said.campaigns - own:
        return _contradiction(names, [*strong, said])
    is_over = open_now and not own & open_now and not names.said(reading.envelope.subject)
    return f"{_contradiction(names, strong)}，而它已经截止，另有活动正在征集" if is_over else ""


def _title(names: Names, prefix: str) -> str:
    return next(book.campaign.title for book in names.books if prefix_of(book) == prefix)


def _strong(names: Names, readings: Mapping[str, Submission], links: Links) -> Iterator[_Seen]:
    prefixes = frozenset(map(prefix_of, names.books))
    yield _Seen(Sign.THREAD, frozenset({links.thread} if links.thread else ()) & prefixes)
    yield _Seen(Sign.NUMBER, links.numbers & prefixes)
    for path in dict.fromkeys(table.attachment for reading in readings.values() for table in reading.tables):
        yield _form(names, path, readings)
    yield _letter(names, next(iter(readings.values())))


def _form(names: Names, path: str, readings: Mapping[str, Submission]) -> _Seen:
    """Whose form a file is: by the titles above its tables, else by whose rules know its columns."""
    if found := _headed(names, path, readings.values()):
        return _Seen(Sign.FORM, frozenset(found), f"题为“{'、'.join(found.values())}”", True, f" {path} ")
    if len(readings) < len(names.books):
        return _Seen(Sign.FORM, frozenset())
    known = {prefix: _columns_known(path, reading.tables) for prefix, reading in readings.items()}
    (best, most), *others = sorted(known.items(), key=lambda item: -item[1])
    clear = most > 0 and all(count <= most * _CLEARLY_LESS for _, count in others)
    return _Seen(Sign.FORM, frozenset({best} if clear else ()), "的栏目是本活动的", place=f" {path} ")


def _headed(names: Names, path: str, readings: Iterable[Submission]) -> Mapping[str, str]:
    lines = (line for r in readings for t in r.tables if t.attachment == path for line in (*t.heading, t.sheet))
    return names.titled(*dict.fromkeys(lines))


def _columns_known(path: str, tables: Iterable[Table]) -> int:
    own = [table for table in tables if table.attachment == path]
    return sum(max(1, sum(bool(key) for key, _, _ in table.columns) or _filled(table)) for table in own)


def _filled(table: Table) -> int:
    """What an upright form holds, which has no columns."""
    return max((len(row.cells) + len(row.answers) for row in table.rows), default=0)


def _letter(names: Names, reading: Submission) -> _Seen:
    letter = reading.letter
    if letter is None:
        return _Seen(Sign.LETTER, frozenset())
    titled = names.titled(letter.title or "") or names.said(letter.title or "")
    addressed = names.addressed(letter.addressee or "")
    seen = {**addressed, **titled}
    return _Seen(Sign.LETTER, frozenset(seen), f"写有“{'、'.join(seen.values())}”", by_title=not addressed)


def _said(names: Names, reading: Submission) -> _Seen:
    """What subject and file names say; the subject of a reply is as good."""
    files = (a.path for a in reading.attachments if a.role is not Role.DECORATION)
    found = {own: what for text in (*files, reading.envelope.subject) for own, what in names.said(text).items()}
    return _Seen(Sign.WORDS, frozenset(found), "、".join(found.values()))


def _told_in_text(names: Names, reading: Submission) -> _Seen:
    """What the sender wrote, or the letter says; one that speaks of several tells nothing."""
    for text in (reading.text, reading.letter.text if reading.letter else ""):
        if len(found := names.titled(text)) == 1:
            return _Seen(Sign.WORDS, frozenset(found), "、".join(found.values()))
    return _Seen(Sign.WORDS, frozenset())


def _owned(
    books: Sequence[Rulebook], texts: Callable[[Rulebook], Iterable[str]], least: int
) -> Mapping[str, frozenset[str]]:
    """Phrases with the campaigns that are called so."""
    owners: dict[str, set[str]] = {}
    for book in books:
        for phrase in map(_plain, texts(book)):
            if len(phrase) >= least:
                owners.setdefault(phrase, set()).add(prefix_of(book))
    return {phrase: frozenset(own) for phrase, own in owners.items()}


def _titles(book: Rulebook) -> tuple[str, ...]:
    tables = (title for table in book.forms.tables for title in (table.title, *table.title_aliases))
    return (book.campaign.title, book.campaign.form_title, *book.forms.titles, *tables)


def _naming(text: str, phrases: Mapping[str, frozenset[str]]) -> Iterator[tuple[str, str]]:
    """Of phrases in a text those that stand in no longer one, and are one campaign's alone: whose, and the phrase."""
    plain = _plain(text)
    spans = [(at, at + len(phrase), phrase) for phrase in phrases for at in _places(phrase, plain)]
    for start, end, phrase in sorted(spans):
        inside = any(s <= start and end <= e and (s, e) != (start, end) for s, e, _ in spans)
        if not inside and len(phrases[phrase]) == 1:
            yield next(iter(phrases[phrase])), phrase


def _places(phrase: str, plain: str) -> Iterator[int]:
    at = plain.find(phrase)
    while at >= 0:
        yield at
        at = plain.find(phrase, at + 1)


@lru_cache(maxsize=256)
def _plain(text: str) -> str:
    """Letters and digits alone, in one spelling."""
    return _BEYOND.sub("", simplified(unicodedata.normalize("NFKC", text)).casefold())
