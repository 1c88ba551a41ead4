"""Addresses and domains as people type them, brought to one form, or refused with a reason."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN: Final = re.compile(rf"(?:{_LABEL}\.)+(?:[a-z][a-z0-9-]*[a-z0-9])")
_LOCAL: Final = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{}~-]+)*")
_SEPARATORS: Final = re.compile(r"[,;\s]+")
_DOTS: Final = str.maketrans("。．｡", "...")
_REGISTRY: Final = re.compile(r"(?:gov|edu|com|org|net|ac|mil)\.[a-z]{2}")


def split(values: Iterable[str]) -> Iterator[str]:
    """Single addresses or domains, half-width and lower case, without < >, @ and mailto: around them."""
    for value in values:
        plain = unicodedata.normalize("NFKC", value.translate(_DOTS)).casefold()
        for part in _SEPARATORS.split(re.sub(r"\s*([@.])\s*", r"\1", plain)):
            bare = part.removeprefix("mailto:").strip("<>\"'")
            if bare:
                yield bare


def fault_of_address(address: str) -> str | None:
    """Why this is no address, None for a good one."""
    local, at, domain = address.rpartition("@")
    if not at:
        return "缺少 @"
    if not _LOCAL.fullmatch(local) or len(address) > 254:
        return "@ 前面写法不对"
    return fault_of_domain(domain)


def fault_of_domain(domain: str) -> str | None:
    """Why this is no domain of one organisation, None for a good one."""
    if "://" in domain or "/" in domain:
        return "是网址，只写域名"
    if not _DOMAIN.fullmatch(domain) or len(domain) > 253:
        return "不是正确的域名"
    return "是许多单位共有的域名后缀，范围过大" if _REGISTRY.fullmatch(domain) else None
