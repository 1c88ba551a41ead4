"""L107: the letter is addressed to another body than the receiving department.

Noted only: what was meant for us has come. Usual cause: a letter copied from one to the city's bureau.
"""

from collections.abc import Iterator

from rapidfuzz.fuzz import partial_ratio

from service.checks import pieces
from service.checks.seen import Seen, Sentences
from service.domain.judgement import Channel, Dossier, Place, Route
from service.domain.nil import fold
from service.domain.rules import Rulebook
from service.domain.simplifying import simplified
from service.domain.submission import CoverLetter

CODE = "L107"
EXPLANATION = """
报送函的抬头清楚写着别的机关（例如照抄报给市局的函）时，只作记录，照常受理。
抬头没有读出、写的是本部门的别称或处室、同时写了几个机关、或者看不准时，都不算。
应由所在市汇总的单位，函本来就是写给市局的，也不算。
"""
SENTENCES: Sentences = {"default": ("addressee", "department")}
_WHOLE_NAME = 4  # characters: 贵厅, 省厅 are no names
_ALIKE = 70.0  # of 100: nearer to one of our names, and it was misread or shortened


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    letter = dossier.letter
    if letter is None or not pieces.wants_letter(dossier, rulebook) or route.channel is Channel.VIA_CITY:
        return
    if letter.addressee is not None and _names_another(letter.addressee, rulebook) and not _greets_us(letter, rulebook):
        values = {"addressee": letter.addressee, "department": rulebook.campaign.department}
        yield Seen(Place(attachment=letter.attachment), values=values)


def _names_another(addressee: str, rulebook: Rulebook) -> bool:
    """True for the whole name of a body that is beyond doubt none of ours."""
    name = _plain(addressee)
    if len(name) < _WHOLE_NAME or not name.endswith(tuple(rulebook.letter.unit_suffixes)):
        return False
    doubtful = any(_plain(word) in name for word in rulebook.letter.addressee_doubts)
    return not doubtful and not _may_be_ours(name, rulebook)


def _greets_us(letter: CoverLetter, rulebook: Rulebook) -> bool:
    """True when another line of the letter greets the department: some greet twice."""
    marks = tuple(map(fold, rulebook.letter.salutation_marks))
    lines = map(_plain, letter.text.splitlines())
    return any(line.endswith(marks) and _may_be_ours(line.strip("".join(marks)), rulebook) for line in lines)


def _may_be_ours(name: str, rulebook: Rulebook) -> bool:
    if any(name == _plain(bureau) for city in rulebook.cities for bureau in city.bureau_names):
        return False  # however alike the names of departments are
    campaign = rulebook.campaign
    ours = [_plain(one) for one in (campaign.department, *campaign.addressees)]
    return any(one in name or name in one or partial_ratio(one, name) >= _ALIKE for one in ours)


def _plain(text: str) -> str:
    return simplified(fold(text))
