"""Which lines name a unit, and which of several readings of one line the directory speaks for.

The directory never adds a name: it only helps to choose among what was read.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from service.domain.rules import Rulebook
from service.reading.letters.text import bare, chinese, clean

_STAMP_NOTE = re.compile(r"[（(]?(?:盖章|公章|签章|印章|章)[）)]?[:：]?$|[（(](?:盖章|公章|签章|单位盖章)[）)]")
_LABEL = re.compile(
    r"^(?:发文单位|报送单位|填报单位|申报单位|单位名称|发文机关|单位|署名)[（(]?(?:盖章|公章|签章)?[）)]?[:：]"
)
_HEAD_WORDS = re.compile(r"(?:文件|（函）|\(函\))$")
_SENTENCE = re.compile(r"[，。；、？！《》:：〔〕]|随函|附件|关于|\d号$")  # or a document number
_LONGEST = 40  # characters of a unit's name
_PART_LONGEST = 24


@dataclass(frozen=True, slots=True)
class Directory:
    """The names that the rulebook knows, for comparing only."""

    names: frozenset[str]
    suffixes: tuple[str, ...]
    department: frozenset[str]  # the receiving department: never the signer of a letter to it
    usual_years: frozenset[int]  # of letters to this campaign
    places: tuple[str, ...] = ()  # province and cities: a whole name may begin with one, the rest of a name hardly

    @staticmethod
    @lru_cache(maxsize=4)
    def of(rulebook: Rulebook) -> "Directory":
        """The names and aliases of every bureau and unit."""
        bureaus = (name for city in rulebook.cities for name in city.bureau_names)
        units = (name for unit in rulebook.units for name in (unit.name, *unit.aliases))
        campaign = rulebook.campaign
        return Directory(
            frozenset(bare(name) for name in (*bureaus, *units) if name),
            tuple(sorted(rulebook.letter.unit_suffixes, key=len, reverse=True)),
            frozenset(bare(name) for name in (campaign.department, *campaign.addressees) if name),
            frozenset(campaign.deadline.year + more for more in (-1, 0, 1)),
            tuple(name for name in (campaign.province, *(city.name for city in rulebook.cities)) if name),
        )

    def knows(self, name: str) -> bool:
        return bare(name) in self.names

    def names_unit(self, line: str) -> bool:
        """True when a line can be the name of a unit and nothing else."""
        name = unit_name(line)
        if not self.may_name_unit(line):
            return False
        return self.knows(name) or self._ends_like_a_unit(name) or self._is_part_of_a_known(name)

    def may_name_unit(self, line: str) -> bool:
        """False for what cannot be a name by its length or marks, and for the receiving department."""
        name = unit_name(line)
        return 3 <= chinese(name) <= _LONGEST and not _SENTENCE.search(name) and bare(name) not in self.department

    def is_fragment(self, name: str) -> bool:
        """True for what is nothing but the end of a name: 研究院有限公司."""
        rest = name
        while rest and (suffix := next((one for one in self.suffixes if rest.endswith(one)), None)):
            rest = rest[: -len(suffix)]
        return not rest

    def begins_anew(self, name: str) -> bool:
        """True for what begins like a whole name, with a place."""
        return name.startswith(self.places)

    def is_department(self, name: str) -> bool:
        return bare(unit_name(name)) in self.department

    def chosen(self, readings: Iterable[str]) -> str | None:
        """The first reading that the directory knows, None when it knows none."""
        return next((reading for reading in readings if self.knows(unit_name(reading))), None)

    def _ends_like_a_unit(self, name: str) -> bool:
        plain = re.sub(r"[（(][^（()）]*[）)]$", "", name)  # 云江市科技创新委员会（云江市外国专家局）
        return any(plain.endswith(suffix) and len(plain) > len(suffix) for suffix in self.suffixes)

    def _is_part_of_a_known(self, name: str) -> bool:
        """岭海大学科技处: a known name with a few characters after it."""
        plain = bare(name)
        return any(plain.startswith(known) and len(known) >= 4 for known in self.names) and len(plain) <= _PART_LONGEST


def unit_name(line: str) -> str:
    """A signature or letterhead line without （盖章）, 发文单位： and 文件."""
    name = _LABEL.sub("", clean(line))
    name = _STAMP_NOTE.sub("", name)
    return _HEAD_WORDS.sub("", name).strip(" 　:：。.·*★☆_-")
