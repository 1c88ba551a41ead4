"""What people write for a city, resolved to a line of cities.csv. Unknown or ambiguous text is no city at all."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from service.domain.rules import City, Rulebook

_LONGEST = 60  # characters that a place is looked for in
_NOISE = re.compile(r"[\s·•,，。;；:：\"“”'()（）\[\]【】]+")


def city_of(text: str | None, rulebook: Rulebook) -> City | None:
    """The one city that a 所在地市 cell means: 广州, 广东省广州市, 广州市天河区, 驻穗; None for 省直 and the like."""
    return _city_of((text or "")[:_LONGEST], rulebook)


@lru_cache(maxsize=4096)  # hundreds of rows name the same few cities
def _city_of(text: str, rulebook: Rulebook) -> City | None:
    cities, province = rulebook.cities, rulebook.campaign.province
    folded = _fold(text)
    named = [city for city in cities if city.name in folded]
    if named:
        return named[0] if len(named) == 1 else None
    return city_at_start(folded, cities, province) or _by_abbreviation(folded, cities)


def city_at_start(name: str, cities: Sequence[City], province: str) -> City | None:
    """The city whose name, with or without 市, or alias of two characters or more begins a name."""
    rest = without_province(_fold(name), province)
    found = {
        city.name: (len(word), city)
        for city in cities
        for word in (city.name, short_name(city), *city.aliases)
        if len(word) > 1 and rest.startswith(word)
    }
    longest = max((length for length, _ in found.values()), default=0)
    best = [city for length, city in found.values() if length == longest]
    return best[0] if len(best) == 1 else None


def without_province(name: str, province: str) -> str:
    """A name without the province before it, written in full or without 省."""
    for prefix in (province, province.removesuffix("省")):
        if prefix and name.startswith(prefix) and len(name) > len(prefix):
            return name.removeprefix(prefix)
    return name


def short_name(city: City) -> str:
    """云江 for 云江市."""
    return city.name.removesuffix("市")


def _by_abbreviation(text: str, cities: Sequence[City]) -> City | None:
    word = text.removeprefix("驻").removesuffix("市")
    found = [city for city in cities if word and word in (city.abbreviation, *city.aliases)]
    shared = sum(city.name.startswith(word) for city in cities) > 1  # 汕 could be 汕头 or 汕尾
    return found[0] if len(found) == 1 and not shared else None


def _fold(text: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", text))
