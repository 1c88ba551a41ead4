"""Which reader opens which kind of container. A new kind is one line here and its mark in `sniff`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from service.domain.submission import Problem
from service.reading import sniff
from service.reading.containers.archives import open_archive
from service.reading.containers.broken_zips import open_broken_zip
from service.reading.containers.members import Budget, Opened
from service.reading.containers.outlook import open_msg, open_tnef
from service.reading.containers.tars import open_packed, open_tar
from service.reading.containers.unar import open_by_unar
from service.reading.containers.volumes import Volumes
from service.reading.containers.zips import open_zip


@dataclass(frozen=True, slots=True)
class Packed:
    """A container to be opened."""

    content: bytes = field(repr=False)
    name: str
    kind: str
    budget: Budget
    passwords: Sequence[str] = ()  # that the mail states


def _zip(packed: Packed) -> Opened:
    """By the standard library; what is locked or packed in ways that it does not know, by the others."""
    trial = packed.budget.attempt()
    opened = open_zip(packed.content, trial)
    locked = opened.problem is Problem.ENCRYPTED and packed.passwords
    if locked or any(member.problem is Problem.UNSUPPORTED for member in opened.members):
        second = _archive(packed)
        if second.problem is None:
            return second
    packed.budget.settle(trial)
    return opened


def _archive(packed: Packed) -> Opened:
    return open_archive(packed.content, packed.kind, packed.budget, packed.passwords)


def _stream(packed: Packed) -> Opened:
    return open_packed(packed.content, packed.name, packed.kind, packed.budget)


OPENERS: Final[Mapping[str, Callable[[Packed], Opened]]] = {
    sniff.ZIP: _zip,
    sniff.RAR: _archive,
    sniff.SEVEN_ZIP: _archive,
    sniff.CAB: _archive,
    sniff.LHA: _archive,
    sniff.ARJ: _archive,
    sniff.ISO: _archive,
    sniff.CPIO: _archive,
    sniff.TAR: lambda packed: open_tar(packed.content, packed.budget),
    sniff.GZIP: _stream,
    sniff.BZIP2: _stream,
    sniff.XZ: _stream,
    sniff.LZMA: _stream,
    sniff.ZSTD: _stream,
    sniff.COMPRESS: _stream,
    sniff.LZIP: _stream,
    sniff.LZ4: _stream,
    sniff.TNEF: lambda packed: open_tnef(packed.content, packed.budget),
    sniff.OUTLOOK: lambda packed: open_msg(packed.content, packed.budget),
}


def open_volumes(volumes: Volumes, packed: Packed) -> Opened:
    """The members of an archive in several volumes; the problem tells which lack. Never raises."""
    if volumes.missing:
        return Opened((), Problem.UNSUPPORTED, f"{volumes.told()}，未打开")
    opened: Opened | None
    if volumes.scheme == "z01":  # its directory counts places from the beginning of each volume
        opened = open_broken_zip(volumes.joined(), packed.budget)
    elif volumes.scheme == "001":
        joined = replace(packed, content=volumes.joined(), kind=sniff.media_type(volumes.joined()))
        opened = OPENERS[joined.kind](joined) if joined.kind in OPENERS else None
    elif len(volumes.parts) == 1:
        opened = OPENERS[packed.kind](packed) if packed.kind in OPENERS else None
    else:
        opened = open_by_unar(volumes.named(), packed.budget, packed.passwords)
    if opened is None or (opened.problem in {Problem.DAMAGED, Problem.UNSUPPORTED} and not opened.members):
        return Opened((), Problem.UNSUPPORTED, f"{volumes.told()}，未能打开，可能还缺后面的分卷")
    return opened
