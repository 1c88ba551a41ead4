"""A station whose submission server misbehaves on command."""

from collections.abc import Iterator
from contextlib import contextmanager

from service.settings import load_settings
from tests.servers.proxy import FaultProxy
from tests.stories.conftest import Station


@contextmanager
def submitting_through_faults(station: Station, *lines: str) -> Iterator[FaultProxy]:
    """The station hands its letters over through a proxy. lines: more of its [smtp] section."""
    with FaultProxy(station.servers.smtp_port) as proxy:
        change_smtp(station, *lines, port=proxy.port)
        yield proxy


def change_smtp(station: Station, *lines: str, port: int = 0) -> None:
    """More lines in the [smtp] section, which is the last, and perhaps another port."""
    file = station.settings.file
    assert file is not None
    text = file.read_text(encoding="utf-8")
    if port:
        head, smtp = text.split("[smtp]")
        text = f"{head}[smtp]{smtp.replace(f'port = {station.servers.smtp_port}', f'port = {port}')}"
    file.write_text(text + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    station.settings = load_settings(file)
