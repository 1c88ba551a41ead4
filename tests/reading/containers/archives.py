"""Archives as people's programs write them."""

import io
import struct
import tarfile
import zipfile
from collections.abc import Mapping


def zipped(files: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def zipped_with_raw_name(raw: bytes, content: bytes) -> bytes:
    """One member whose name is these bytes, without the UTF-8 flag."""
    placeholder = b"x" * len(raw)
    return zipped({placeholder.decode(): content}).replace(placeholder, raw)


def encrypted(content: bytes) -> bytes:
    """The archive with the encryption flag set on every member."""
    out = bytearray(content)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = out.find(mark)
        while at >= 0:
            flags = struct.unpack_from("<H", out, at + offset)[0]
            struct.pack_into("<H", out, at + offset, flags | 1)
            at = out.find(mark, at + 4)
    return bytes(out)


def tarred(files: Mapping[bytes, bytes], mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, encoding="utf-8", errors="surrogateescape") as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(name.decode("utf-8", "surrogateescape"))
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()
