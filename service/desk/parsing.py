"""A reply as orders, one a line: 放行 GD2020-0012, 信17 不发, 确认 a@mail.example. Talk is none."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from service.domain.orders import Action, Order

_LETTER = re.compile(r"信\s*(\d{1,9})")
_MAIL = re.compile(r"来信\s*([0-9A-F]{8,64})(?![0-9A-Z])")
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\uff0d—]+")
_PARTS = re.compile(r"[,，、;；/和及\s]+")
_LEFT = re.compile(r"[\s,，。.;；:：!！、/()（）【】\[\]\"“”和及请予将把的这封信件]*")
_AROUND = re.compile(r"^[\s,，。.:：“”\"为是]+|[\s,，。.;；“”\"]+$")
_GAPS = re.compile(r"[\s-]+")
_AROUND_TOKEN = r"[\s:,，“”\"'「」【】\[\]()。.!]*"
_TOKEN = re.compile(rf"{_AROUND_TOKEN}(?:口令{_AROUND_TOKEN})?([0-9A-Z](?:[\s-]*[0-9A-Z]){{0,30}})?{_AROUND_TOKEN}")
_APART = re.compile(r"[\s:,，“\"'「【\[(]")
_LONGEST = 100  # letters of an order about the rules
UNCLEAR = "?"
"""The value of an order about the rules that says more than a token."""
_LINES = 60
_MAILBOX = re.compile(r"<?(?:MAILTO:)?([0-9A-Z._%+=&'-]+@(?:[0-9A-Z-]+\.)+[0-9A-Z-]+)>?", re.ASCII)
_OF_MAILBOXES = frozenset({Action.CONFIRM, Action.REVOKE})


def orders_in(text: str, words: Mapping[Action, tuple[str, ...]], *prefixes: str) -> tuple[Order, ...]:
    """Every order of a reply, in order; one for each case or letter that a line names. prefixes: of case numbers.

    A line that names a case or letter, or begins with a word of [orders], is meant as an order: what it says besides is
    not ignored, it makes the line one that was not understood. All other lines are talk.
    """
    return tuple(order for line in text.splitlines()[:_LINES] for order in _of_line(line.strip(), words, prefixes))


def _of_line(line: str, words: Mapping[Action, tuple[str, ...]], prefixes: Sequence[str]) -> Iterator[Order]:
    plain = _DASHES.sub("-", unicodedata.normalize("NFKC", line)).upper()
    if words.get(Action.ASSIGN) and (mails := list(dict.fromkeys(_MAIL.findall(plain)))):
        yield from _assigning(line, _MAIL.sub(" ", plain), mails, words, prefixes)
        return
    own = "|".join(re.escape(prefix.upper()) for prefix in prefixes)
    numbers = list(dict.fromkeys(re.findall(rf"(?<![0-9A-Z])(?:{own})-\d{{4,9}}(?!\d)", plain)))
    letters = list(dict.fromkeys(int(number) for number in _LETTER.findall(plain)))
    mailboxes = list(dict.fromkeys(_MAILBOX.findall(plain)))
    rest = _MAILBOX.sub(" ", plain)
    for name in (*numbers, *(f"信{number}" for number in letters)):
        rest = re.sub(re.escape(name).replace("信", r"信\s*"), " ", rest)
    action, value = (None, "") if numbers or letters else _about_rules(rest, words)
    if action is not None:
        yield Order(line, action, value=value)
        return
    action, value = _action(rest, words), ""
    if mailboxes or action in _OF_MAILBOXES:
        action = None if letters else action
        yield from _about_mailboxes(line, action, numbers, mailboxes, bool(letters) or _begins(rest, words))
        return
    if action is None and len(numbers) == 1 and not letters:
        action, value = _with_value(rest, words)
    named = bool(numbers or letters)
    if action is None and not (named or _begins(rest, words)):
        return
    for number in numbers:
        yield Order(line, action, subject=number, value=value)
    for letter in letters:
        yield Order(line, action, letter=letter)
    if not named and action is not None:
        yield Order(line, action)


def _about_rules(rest: str, words: Mapping[Action, tuple[str, ...]]) -> tuple[Action | None, str]:
    """An order about the rules: its word, and a token or nothing. One that says more has the value UNCLEAR."""
    for word, action in _longest_first({a: words.get(a, ()) for a in Action if a.is_about_rules}):
        before, found, after = rest.partition(word)
        if not found or len(rest) > _LONGEST or not _LEFT.fullmatch(before):
            continue
        if token := _TOKEN.fullmatch(after):
            return action, _GAPS.sub("", token[1] or "")
        if _APART.match(after):
            return action, UNCLEAR
    return None, ""


def _assigning(
    line: str, rest: str, mails: Sequence[str], words: Mapping[Action, tuple[str, ...]], prefixes: Sequence[str]
) -> Iterator[Order]:
    """Orders that say of which campaign mails are; nothing else may be ordered of a mail."""
    action, said = _with_value(rest, words, Action.ASSIGN)
    campaign = next((prefix for prefix in prefixes if prefix.upper() == _LEFT.sub("", said)), "")
    for mail in mails:
        yield Order(line, action if campaign else None, value=campaign, mail=mail.lower())


def _about_mailboxes(
    line: str, meant: Action | None, numbers: list[str], mailboxes: list[str], is_order: bool
) -> Iterator[Order]:
    """Mailboxes by their address, by their case, or by both when one speaks for several units; nothing else."""
    if meant is None and not (numbers or is_order):
        return
    is_clear = meant in _OF_MAILBOXES and (len(numbers) == 1 if mailboxes and numbers else numbers or mailboxes)
    action = meant if is_clear else None
    for number in numbers or [""]:
        for mailbox in mailboxes or [""]:
            yield Order(line, action, subject=number, value=mailbox.lower())


def _action(rest: str, words: Mapping[Action, tuple[str, ...]]) -> Action | None:
    """The one action whose word is all that a line says; longer words first: 不发 is not 发."""
    for word, action in _longest_first({a: own for a, own in words.items() if not a.is_about_rules}):
        before, found, after = rest.partition(word)
        if found and _LEFT.fullmatch(before) and _LEFT.fullmatch(after):
            return action
    return None


def _with_value(
    rest: str, words: Mapping[Action, tuple[str, ...]], wanted: Action = Action.IDENTIFY
) -> tuple[Action | None, str]:
    """An order that names a unit or a campaign: its word, then the name."""
    for word, action in _longest_first({wanted: words.get(wanted, ())}):
        before, found, after = rest.partition(word)
        if found and _LEFT.fullmatch(before) and (name := _AROUND.sub("", after)):
            return action, name
    return None, ""


def _begins(rest: str, words: Mapping[Action, tuple[str, ...]]) -> bool:
    first = next((part for part in _PARTS.split(rest.strip()) if part), "")
    return any(first == word for word, _ in _longest_first(words))


def _longest_first(words: Mapping[Action, tuple[str, ...]]) -> list[tuple[str, Action]]:
    pairs = [(unicodedata.normalize("NFKC", word).upper(), action) for action, own in words.items() for word in own]
    return sorted(pairs, key=lambda pair: -len(pair[0]))
