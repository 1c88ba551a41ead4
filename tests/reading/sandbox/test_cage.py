"""What code that took over the reading child could do: write in its own folder, and nothing else.

The code stands in a mail; the child runs it, and so does a process that the child starts.
"""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.archive import Archive
from service.demo.scanning import Scan, as_jpeg, scanned
from service.domain.submission import LetterSource
from service.reading import cage, sandbox, sniff
from service.reading.containers import unar
from service.reading.containers.archives import can_open
from service.reading.forms import office
from service.reading.sandbox import Reader
from tests.reading.containers.archives import arj, rar5
from tests.reading.forms.example_forms import FORMS
from tests.reading.forms.filled import header
from tests.reading.forms.test_old_documents import one_need
from tests.reading.forms.xlsb import binary_workbook
from tests.reading.letters.specimens import a_page
from tests.reading.mails import LETTER, RULEBOOK, a_form, a_mail, the

CODE = """
import json, os, shutil, socket, time
told = {}
def attempt(act):
    try:
        act()
        told[act.__name__] = "done"
    except OSError as error:
        told[act.__name__] = type(error).__name__
@attempt
def write_in_its_folder():
    with open(os.path.join(os.environ["TMPDIR"], WHO), "w") as file:
        file.write("x")
@attempt
def connect():
    socket.create_connection(("127.0.0.1", PORT), 5).close()
@attempt
def send_a_datagram():
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", PORT))
@attempt
def listen():
    socket.create_server(("127.0.0.1", 0)).close()
@attempt
def connect_to_a_local_socket():
    socket.socket(socket.AF_UNIX).connect(HOME + "/socket")
@attempt
def send_to_a_local_socket():
    socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"x", HOME + "/datagrams")
@attempt
def write_beside():
    open(HOME + "/new", "w").close()
@attempt
def write_to_temporary_files():
    open(TEMPORARY + "/new", "w").close()
@attempt
def change_a_mail():
    open(MAIL, "ab").close()
@attempt
def cut_a_mail():
    os.truncate(MAIL, os.stat(MAIL).st_size)
@attempt
def cut_a_mail_by_opening_it():
    os.close(os.open(MAIL + ".copy", os.O_RDONLY | os.O_TRUNC))
@attempt
def change_modes():
    os.chmod(MAIL, 0o600)
@attempt
def change_owners():
    os.chown(MAIL, os.getuid(), os.getgid())
@attempt
def change_attributes():
    os.setxattr(MAIL, "user.note", b"x")
@attempt
def rename_a_mail():
    os.rename(MAIL + ".copy", MAIL + ".other")
    os.rename(MAIL + ".other", MAIL + ".copy")
@attempt
def link_a_mail():
    os.link(MAIL, os.path.join(os.environ["TMPDIR"], WHO + ".link"))
@attempt
def make_a_folder():
    os.rmdir(os.mkdir(HOME + "/folder") or HOME + "/folder")
@attempt
def read_a_mail():
    open(MAIL, "rb").read()
@attempt
def read_a_secret():
    open(HOME + "/signing.key", "rb").read()
@attempt
def see_who_has_a_home():
    os.listdir(os.path.expanduser("~"))
@attempt
def read_the_services_environment():
    open(f"/proc/{SERVICE}/environ", "rb").read()
@attempt
def read_the_services_memory():
    open(f"/proc/{SERVICE}/mem", "rb").close()
@attempt
def signal_the_service():
    os.kill(SERVICE, 0)
open(os.path.join(os.environ["TMPDIR"], WHO + ".told"), "w").write(json.dumps(told))
"""
MAY = {"write_in_its_folder"}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """The service's data: an archive with a mail, a key, and sockets on which somebody listens."""
    folder = tmp_path / "data"
    archive = Archive(folder / "archive")
    mail = archive.path(archive.store(b"Subject: x\r\n\r\n"))
    mail.with_name(mail.name + ".copy").write_bytes(b"x")
    (folder / "signing.key").write_bytes(b"key")
    here = Path.cwd()
    os.chdir(folder)  # a socket's path may not be long
    try:
        with socket.socket(socket.AF_UNIX) as stream, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagrams:
            stream.bind("socket")
            stream.listen()
            datagrams.bind("datagrams")
            yield folder
    finally:
        os.chdir(here)


@pytest.fixture
def code(home: Path, tmp_path: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_accept, args=(server,), daemon=True).start()
        mail = next((home / "archive" / "mails").glob("*/*/*.eml"))
        facts = {
            "PORT": server.getsockname()[1], "HOME": str(home), "MAIL": str(mail), "SERVICE": os.getpid(),
            "TEMPORARY": str(tmp_path),
        }  # fmt: skip
        yield "\n".join(f"{name} = {value!r}" for name, value in facts.items()) + CODE


def _accept(server: socket.socket) -> None:
    while True:
        try:
            server.accept()[0].close()
        except OSError:
            return


def test_code_that_is_not_shut_in_can_do_all_of_it(code: str, tmp_path: Path) -> None:
    where = {**os.environ, "TMPDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", f"WHO = 'free'\n{code}"], check=True, env=where)

    told = json.loads((tmp_path / "free.told").read_text())
    assert {what for what, how in told.items() if how != "done"} <= {"change_attributes"}  # not every disk has them


@pytest.mark.parametrize("who", ["child", "started"])
def test_code_in_the_reading_child_and_what_it_starts_can_only_write_in_its_folder(
    who: str, code: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "_CHILD", "tests.reading.sandbox.overtaken_reader")
    mail = tmp_path / "mail"
    mail.write_text(code)
    with Reader(RULEBOOK, scratch=home / "scratch") as reader:
        reader.read(mail)
        (file,) = (home / "scratch").glob(f"*/{who}.told")
        told = json.loads(file.read_text())

    assert {what for what, how in told.items() if how == "done"} == MAY
    assert not (home / "new").exists()


def test_everything_is_read_in_the_cage(tmp_path: Path) -> None:
    heads = header(FORMS.tables[0])
    cells = {(1, n): head for n, head in enumerate(heads, 1)} | {(2, n): "内容" for n in range(1, len(heads) + 1)}
    files = {
        "报送函.jpg": as_jpeg(scanned(a_page(), Scan(dpi=150))),
        "征集表.xlsb": binary_workbook({"表1": cells}),
        "征集表.rtf": one_need(),
        "征集表.xlsx": a_form(),
        "表一.rar": rar5({"a.csv": b"a,b"}),
        "表二.arj": arj({"b.csv": b"a,b"}),
    }
    mail = tmp_path / "mail"
    mail.write_bytes(a_mail(files))
    with Reader(RULEBOOK) as reader:
        found = reader.read(mail)

    assert [letter.source for letter in found.letters] == [LetterSource.OCR]
    assert {table.attachment for table in found.tables} >= {"征集表.xlsb", "征集表.xlsx"}
    assert (the(found, "征集表.rtf").problem is None) == office.is_there()
    unpacked = {a.path for a in found.attachments if "/" in a.path}
    assert ("表一.rar/a.csv" in unpacked) == can_open(sniff.RAR)
    assert ("表二.arj/b.csv" in unpacked) == unar.is_there()


def test_the_childs_folder_goes_with_it(tmp_path: Path) -> None:
    mail, scratch = tmp_path / "mail", tmp_path / "scratch"
    mail.write_bytes(a_mail({"函.pdf": LETTER}))
    with Reader(RULEBOOK, scratch=scratch) as reader:
        reader.read(mail)
        assert len(list(scratch.iterdir())) == 1

    assert list(scratch.iterdir()) == []


def test_what_a_killed_service_left_is_swept_when_the_next_one_reads(tmp_path: Path) -> None:
    mail, scratch = tmp_path / "mail", tmp_path / "scratch"
    mail.write_bytes(a_mail({"函.pdf": LETTER}))
    (scratch / "reading-left" / "profile").mkdir(parents=True)
    with Reader(RULEBOOK, scratch=scratch) as reader:
        reader.read(mail)

        assert "reading-left" not in {path.name for path in scratch.iterdir()}


def test_a_process_tells_what_of_its_cage_holds() -> None:
    assert cage.tried() == cage.ALL
