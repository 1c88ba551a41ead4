"""An Office Open XML package (ECMA-376 part 2): its parts by name, within limits.

Promises: no entity is resolved, no address is fetched, no more than the limits is inflated. Part names are
found whatever their case or slashes, as real programs write them oddly.
"""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final
from urllib.parse import unquote

from lxml import etree

from service.reading.forms.limits import MAX_PART_BYTES, MAX_PARTS, MAX_TOTAL_BYTES

Element = Any  # lxml ships no types

_STRICT: Final = etree.XMLParser(
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    huge_tree=False,
    collect_ids=False,
    remove_comments=True,
    remove_pis=True,
)
_CONTROL_REFERENCES: Final = re.compile(rb"&#(?:x0*(?:[0-8bceBCE]|1[0-9a-fA-F])|0*(?:[0-8]|1[124-9]|2\d|3[01]));")
_CONTROL_BYTES: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class FileDamaged(Exception):
    """The file is not what its kind demands; the message says what, in Chinese."""


class FileEncrypted(Exception):
    """The file cannot be read without a password."""


class FileRefused(Exception):
    """The file is over a limit; the message says which, in Chinese."""


class UnsupportedKind(Exception):
    """A kind that is known but not read; the message names it, in Chinese."""


@dataclass(frozen=True, slots=True)
class Relation:
    """One line of a .rels part: the last word of its type ("sheet", "styles") and the part it points to."""

    kind: str
    target: str


class Package:
    """The parts of one package."""

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(BytesIO(content))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise FileDamaged("文件已损坏，无法打开") from error
        entries = self._zip.infolist()
        if len(entries) > MAX_PARTS:
            raise FileRefused("文件内部部件过多")
        self._entries = {_plain_name(entry.filename): entry for entry in entries}
        self._left = MAX_TOTAL_BYTES

    def __contains__(self, name: str) -> bool:
        return _plain_name(name) in self._entries

    def names(self) -> list[str]:
        """All part names, lower case, without a leading slash."""
        return list(self._entries)

    def entries(self) -> Iterator[tuple[zipfile.ZipInfo, bytes]]:
        """Every entry with its bytes, in the file's order. Raises for damage and for too much."""
        for entry in self._zip.infolist():
            yield entry, self._read(entry)

    def size(self, name: str) -> int:
        """What the package claims a part's inflated size to be; 0 for a part that is not there."""
        entry = self._entries.get(_plain_name(name))
        return entry.file_size if entry else 0

    def part(self, name: str) -> bytes | None:
        """A part's bytes, None when there is no such part. Raises for damage and for too much."""
        entry = self._entries.get(_plain_name(name))
        return None if entry is None else self._read(entry)

    def _read(self, entry: zipfile.ZipInfo) -> bytes:
        limit = min(MAX_PART_BYTES, self._left)
        with self._open(entry) as stream:
            try:
                content: bytes = stream.read(limit + 1)
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
                raise FileDamaged("文件内容已损坏，部分数据无法解压") from error
        if len(content) > limit:
            raise FileRefused("文件解压后过大")
        self._left -= len(content)
        return content

    def _open(self, entry: zipfile.ZipInfo) -> Any:
        if entry.flag_bits & 1:
            raise FileEncrypted
        try:
            return self._zip.open(entry)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, RuntimeError) as error:
            raise FileDamaged("文件内容已损坏，部分数据无法解压") from error

    def xml(self, name: str) -> Element | None:
        """A part's root element, None when there is no such part or it is empty."""
        content = self.part(name)
        return parse_xml(content) if content else None

    def relations(self, part: str) -> dict[str, Relation]:
        """Where a part's r:id references lead; external ones are left out."""
        folder, base = posixpath.split(part)
        root = self.xml(posixpath.join(folder, "_rels", base + ".rels"))
        if root is None:
            return {}
        return {
            element.get("Id", ""): Relation(
                element.get("Type", "").rpartition("/")[2], _resolve(folder, element.get("Target", ""))
            )
            for element in root
            if element.get("TargetMode") != "External"
        }


def _plain_name(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _resolve(folder: str, target: str) -> str:
    target = unquote(target.replace("\\", "/"))
    path = target if target.startswith("/") else posixpath.join(folder, target)
    return posixpath.normpath(path).lstrip("/")


def parse_xml(content: bytes) -> Element:
    """The root of an XML part. Forbidden control characters are dropped (field fault, not file fault);
    a document type declaration, which no office program writes, is refused."""
    if b"<!DOCTYPE" in content[:1024] or b"<!ENTITY" in content[:4096]:
        raise FileRefused("文件内含有不允许的实体声明")
    try:
        root = etree.fromstring(content, _STRICT)
    except etree.XMLSyntaxError:
        root = _parse_cleaned(content)
    if root.getroottree().docinfo.internalDTD is not None:
        raise FileRefused("文件内含有不允许的实体声明")
    return root


def _parse_cleaned(content: bytes) -> Element:
    cleaned = _CONTROL_BYTES.sub(b"", _CONTROL_REFERENCES.sub(b"", content))
    try:
        return etree.fromstring(cleaned, _STRICT)
    except etree.XMLSyntaxError as error:
        raise FileDamaged("文件内容已损坏，无法解析") from error


def local_name(element: Element) -> str:
    """The tag without its namespace; "" for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def descendants(element: Element, name: str) -> list[Element]:
    """All elements below with this local name, in document order, whatever their namespace."""
    return list(element.iter("{*}" + name))


def child(element: Element, name: str) -> Element | None:
    """The first child with this local name, whatever its namespace."""
    return next(element.iterchildren("{*}" + name), None)


def attribute(element: Element, name: str) -> str | None:
    """An attribute by its local name, with or without a namespace."""
    value = element.get(name)
    if value is not None:
        return str(value)
    return next((str(v) for k, v in element.attrib.items() if k.endswith("}" + name)), None)


def small_number(element: Element, name: str) -> int:
    """An attribute that counts; 0 where it is absent or no such number."""
    value = attribute(element, name) or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 8 else 0
