"""Names as people write them, brought to one form; and how alike two of them are.

Nothing here knows a campaign: only how Chinese names of organisations are written, shortened and misread.
"""

import re
import unicodedata
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from service.domain.simplifying import simplified

_SEAL_WORDS = "公章|盖章|签章|章|加盖公章|代章|印章"
_SEAL_NOTES = re.compile(rf"\((?:{_SEAL_WORDS})\)|(?:盖章|公章)$")
_LABEL = re.compile(r"^(?:填报单位|报送单位|申报单位|单位名称|单位全称|单位|署名)[:：]")
_QUOTES = re.compile("[\\s\u200b-\u200d\ufeff\"'“”‘’·•*_~]+")
_ENCLOSED = re.compile(r"^\(([^()]+)\)$")
_EDGES = " ,.;:，。；：、-—"
_BRACKETS = str.maketrans("〔【[{〈《<〕】]}〉》>", "((((((()))))))")
_CONTRACTIONS = (
    ("科学技术", "科技"),
    ("科技创新", "科创"),
    ("委员会", "委"),
    ("外国专家", "外专"),
    ("中国科学院", "中科院"),
    ("有限责任公司", "有限公司"),
    ("研究所", "所"),
    ("管理委", "管委"),
)
_TELLING_APART = frozenset(
    "0123456789一二三四五六七八九十甲乙丙丁东南西北中上下大小新老前后左右省市县区院校系所局厅委会馆站社团厂台部处科司"
    "农林牧渔工商理文医药师财经政法外体美音交海洋水电航建化能气矿石金光声热力"
)
"""Characters by which real names differ: one of them in place of another is another organisation."""


@lru_cache(maxsize=8192)
def fold(name: str) -> str:
    """One spelling: no spaces, quotes, seal notes or labels; half-width; simplified; ASCII in lower case."""
    before, text = None, name
    while text != before:  # what stood around a label or note may be one itself
        before, text = text, _fold_once(text)
    return text


def _fold_once(name: str) -> str:
    text = simplified(unicodedata.normalize("NFKC", name).translate(_BRACKETS).casefold())
    text = _ENCLOSED.sub(r"\1", _LABEL.sub("", _QUOTES.sub("", text)))
    return _SEAL_NOTES.sub("", text).strip(_EDGES)


def tidy(name: str) -> str:
    """A name fit to be shown and kept: as written, without spaces, labels and seal notes, brackets full-width."""
    text = re.sub(r"\s+", "", name).replace("(", "（").replace(")", "）")
    text = re.sub(rf"（(?:{_SEAL_WORDS})）|(?:盖章|公章)$", "", text)
    return _LABEL.sub("", text).strip(_EDGES) or name


def contract(folded: str) -> str:
    """The usual shortenings applied, so that 科学技术局 and 科技局 are one."""
    for full, short in _CONTRACTIONS:
        folded = folded.replace(full, short)
    return folded


def without_brackets(folded: str) -> str:
    """A name without its bracketed parts; itself when nothing else would be left."""
    bare = re.sub(r"\([^()]*\)", "", re.sub(r"\([^()]*\)", "", folded))
    return bare.strip(_EDGES) or folded


def bracketed(folded: str) -> str | None:
    """What the brackets at the end of a name hold."""
    found = re.search(r"\(([^()]+)\)$", folded)
    return found.group(1) if found else None


def similarity(one: str, other: str) -> float:
    """1.0 for equal names, 0.0 for names that share nothing; edits counted against the longer one."""
    return Levenshtein.normalized_similarity(one, other)


def is_misreading(read: str, name: str, telling: frozenset[str]) -> bool:
    """True when the two differ by so little, and in such places, as a misread scan would make them differ."""
    most = max(1, len(name) // 6)
    if abs(len(read) - len(name)) > most:
        return False
    few = Levenshtein.distance(read, name, score_cutoff=most) <= most
    return few and not differ_tellingly(read, name, telling)


def differ_tellingly(read: str, name: str, telling: frozenset[str]) -> bool:
    """True when a numeral, a direction, a kind of body or a character of a place name (telling) stands in place of
    another such, is added or is left out: then these are two organisations."""
    telling |= _TELLING_APART
    for op in Levenshtein.editops(read, name):
        one = read[op.src_pos] if op.tag != "insert" else ""
        other = name[op.dest_pos] if op.tag != "delete" else ""
        if all(not c or c in telling for c in (one, other)):
            return True
    return False


def name_before_about(text: str | None) -> str | None:
    """The organisation in front of 关于 or 报送: 云江市科学技术局 of 云江市科学技术局关于报送…的函."""
    found = re.match(r"^(.{4,40}?)(?:关于|报送|上报|提交|呈报|填报)", _QUOTES.sub("", text or ""))
    return found.group(1).strip(_EDGES) if found else None
