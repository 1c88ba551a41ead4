"""What people write for a city, resolved to a line of cities.csv. Unknown or ambiguous text is no city at all."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from service.domain.rules import City, Rulebook

_DISTRICT_ENDS = ("区", "县")
_FULL_ENDS = (*_DISTRICT_ENDS, "市", "镇")
_SHORT = 2  # 梅县 begins 梅县区, and other words
_LONGEST = 60  # characters that a place is looked for in
_BETWEEN = re.compile(r"[、/／;；,，|\n]+")
_NOISE = re.compile(r"[\s·•,，。;；:：\"“”'()（）\[\]【】]+")


def city_of(text: str | None, rulebook: Rulebook) -> City | None:
    """The one city that a 所在地市 cell means: 广州, 广东省广州市, 广州市天河区, 天河区, 驻穗; None for 省直 and the
    like."""
    return _city_of((text or "")[:_LONGEST], rulebook)


@lru_cache(maxsize=4096)  # hundreds of rows name the same few cities
def _city_of(text: str, rulebook: Rulebook) -> City | None:
    cities, province = rulebook.cities, rulebook.campaign.province
    parts = [part for part in _BETWEEN.split(text) if part.strip()]
    if len(parts) > 1:
        each = {city.name: city for part in parts if (city := _city_of(part, rulebook))}
        return next(iter(each.values())) if len(each) == 1 else None
    folded = _fold(text)
    named = [city for city in cities if city.name in folded]
    if len(named) > 1:
        return None
    # A district tells its city more exactly than the city's name before it: 汕尾市深汕特别合作区 is 深圳's.
    district = _by_district(_without_city(without_province(folded, province), cities), cities)
    if district or named:
        return district or named[0]
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


def is_a_place(name: str, cities: Sequence[City], province: str) -> bool:
    """Whether a name is that of a city or district and nothing more: no unit is called so."""
    rest = without_province(_fold(name), province)
    places = {word for c in cities for word in (c.name, short_name(c), *c.aliases, *c.districts)}
    return rest in places or _without_city(rest, cities) in places


def district_at_start(name: str, cities: Sequence[City], province: str) -> City | None:
    """The city whose district, written in full (天河区, 台山市), begins a name, after its city's name or without it."""
    rest = without_province(_fold(name), province)
    for text in dict.fromkeys((rest, _without_city(rest, cities))):
        found = {
            city.name: city
            for city in cities
            for district in city.districts
            if district.endswith(_FULL_ENDS) and len(district) > _SHORT and text.startswith(district)
        }
        if len(found) == 1:
            return next(iter(found.values()))
    return None


def without_province(name: str, province: str) -> str:
    """A name without the province before it, written in full or without 省."""
    for prefix in (province, province.removesuffix("省")):
        if prefix and name.startswith(prefix) and len(name) > len(prefix):
            return name.removeprefix(prefix)
    return name


def short_name(city: City) -> str:
    """云江 for 云江市."""
    return city.name.removesuffix("市")


def _without_city(text: str, cities: Sequence[City]) -> str:
    """天河区 of 广州市天河区 and 广州天河区; a city's name alone is kept."""
    words = (word for city in cities for word in (city.name, short_name(city)) if text.startswith(word))
    longest = max(words, key=len, default="")
    return text.removeprefix(longest) or text


def _by_district(text: str, cities: Sequence[City]) -> City | None:
    """The one city whose district a text is, or begins with in full (天河区珠江新城)."""
    found = {
        city.name: city
        for city in cities
        for name in city.districts
        if text == name or (text.startswith(name) and name.endswith(_DISTRICT_ENDS))
    }
    return next(iter(found.values())) if len(found) == 1 else None


def _by_abbreviation(text: str, cities: Sequence[City]) -> City | None:
    word = text.removeprefix("驻").removesuffix("市")
    found = [city for city in cities if word and word in (city.abbreviation, *city.aliases)]
    shared = sum(city.name.startswith(word) for city in cities) > 1  # 汕 could be 汕头 or 汕尾
    return found[0] if len(found) == 1 and not shared else None


def _fold(text: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", text))
