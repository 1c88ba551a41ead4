"""Old Word, WPS and RTF documents turned into .docx by LibreOffice, for want of a reader that keeps their tables.

One at a time (the reading child reads one mail at a time), in a profile of its own that is thrown away, under the
limits of `programs`. Needs LibreOffice (Debian: libreoffice-writer-nogui); without it the document is named and staff
look.
"""

import tempfile
from pathlib import Path
from typing import Final

from service.reading import programs
from service.reading.programs import Allowed, ProgramTooSlow

_ALLOWED: Final = Allowed(seconds=90.0, cpu_seconds=60)
_ONCE_MORE: Final = 81  # exit code: the new profile is laid out, start again
_LARGEST: Final = 64 << 20  # bytes of a converted document
_FILTER: Final = "docx:MS Word 2007 XML"
_NAMES: Final = ("soffice", "libreoffice")


class OfficeMissing(Exception):
    """There is no LibreOffice on this machine."""


class OfficeFailed(Exception):
    """LibreOffice did not make a .docx of the document in time."""


def is_there() -> bool:
    """Whether this machine can convert."""
    return programs.find(*_NAMES) is not None


def as_docx(content: bytes, extension: str) -> bytes:
    """The document as a .docx; extension tells its kind, ".doc" or ".rtf". Raises OfficeMissing, OfficeFailed."""
    program = _program()
    if program is None:
        raise OfficeMissing
    with tempfile.TemporaryDirectory(prefix="reading-") as folder:
        place = Path(folder)
        (place / f"document{extension}").write_bytes(content)
        _convert(program, place, f"document{extension}")
        made = place / "out" / "document.docx"
        if not made.is_file() or made.stat().st_size > _LARGEST:
            raise OfficeFailed
        return made.read_bytes()


def _convert(program: str, place: Path, name: str) -> None:
    options = ("--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck")
    profile = f"-env:UserInstallation={(place / 'profile').as_uri()}"
    places = (profile, "-env:OSL_SOCKET_PATH=.")  # its socket: in the folder, where /tmp cannot be written to
    command = [program, *places, *options, "--convert-to", _FILTER, "--outdir", str(place / "out"), name]
    try:
        if programs.run(command, place, _ALLOWED).code == _ONCE_MORE:
            programs.run(command, place, _ALLOWED)
    except ProgramTooSlow:
        raise OfficeFailed from None


def _program() -> str | None:
    """The office itself: what people start in its stead insists on a socket in /tmp."""
    found = programs.find(*_NAMES)
    office = Path(found).resolve().with_name("soffice.bin") if found else None
    return str(office) if office is not None and office.exists() else found
