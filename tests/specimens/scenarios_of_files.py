"""Situations about files and mails: damaged, protected, empty, linked, forgotten, written by machines."""

import zipfile
from datetime import datetime
from io import BytesIO

from service.demo.machines import auto_submitted, coremail_bounce, delivery_report, newsletter, vacation
from service.demo.mime import File, Mail, make_mail, plain_zip
from service.demo.pieces import FORM_NAME
from service.demo.submissions import samples
from service.demo.world import FREE_MAIL
from tests.specimens.expected import Expected
from tests.specimens.scenarios import CHINA, Desk, Specimen

_LINK = "从网易163邮箱发来的超大附件\n{name} (60.5M, 2020年4月9日 09:39 到期)\nhttps://mail.163.com/large-attachment-download/?file=00"


def empty_file(desk: Desk) -> Specimen:
    desk.any_submitter()
    files, carrier = desk.letter()
    outcome = desk.expect("needs_correction", "A304", carrier=carrier, may=["F201", "F203"])
    return desk.mail([*files, File(FORM_NAME, b"")], pack=False), outcome


def damaged_form(desk: Desk) -> Specimen:
    """A workbook cut off on its way."""
    sender = desk.any_submitter()
    whole = desk.pieces.form(sender)
    files, carrier = desk.letter()
    cut = File(FORM_NAME, whole.content[: len(whole.content) * 3 // 5])
    outcome = desk.expect("needs_correction", "F203", carrier=carrier, may=["F201"])
    return desk.mail([*files, cut], pack=False), outcome


def damaged_archive(desk: Desk) -> Specimen:
    sender = desk.any_submitter()
    files, carrier = desk.letter()
    form = desk.pieces.form(sender)
    archive = plain_zip({form.name: form.content})
    outcome = desk.expect("needs_correction", "A302", carrier=carrier, may=["F201", "F203"])
    return desk.mail([*files, File("征集表.zip", archive[: len(archive) // 2])], pack=False), outcome


def protected_archive(desk: Desk) -> Specimen:
    sender = desk.any_submitter()
    files, carrier = desk.letter()
    form = desk.pieces.form(sender)
    archive = said_to_be_encrypted(plain_zip({form.name: form.content}))
    outcome = desk.expect("needs_correction", "F204", carrier=carrier, may=["F201"])
    return desk.mail([*files, File("征集表.zip", archive)], pack=False), outcome


def forgotten_files(desk: Desk) -> Specimen:
    sender = desk.any_bureau()
    text = desk.scribe.say(samples()["mail"]["forgotten"], sender)
    outcome = desk.expect("needs_correction", "L101", "F201")
    return desk.mail([], text=text, sender=sender.addresses[0]), outcome


def linked_form(desk: Desk) -> Specimen:
    sender = desk.any_submitter()
    files, carrier = desk.letter()
    text = f"{desk.scribe.mail_words(sender)[1]}\n\n{_LINK.format(name=FORM_NAME)}"
    outcome = desk.expect("needs_correction", "A301", carrier=carrier, may=["F201"])
    return desk.mail(files, text=text, pack=False), outcome


def inquiry(desk: Desk) -> Specimen:
    words = samples()["mail"]
    desk.any_submitter()
    content = desk.mail([], subject=words["inquiry_subject"], text=words["inquiry"], signature="")
    return content, Expected(desk.name, "staff_review", kind="inquiry", may=frozenset({"R402", "R403"}))


def empty_mail(desk: Desk) -> Specimen:
    sender = desk.any_submitter()
    mail = Mail(sender.address, "", "", datetime(2020, 3, 20, 9, 0, tzinfo=CHINA), html=False)
    return make_mail(mail), Expected(desk.name, "not_a_submission", kind="empty")


def machine_made(desk: Desk) -> Specimen:
    """Mail that must never be answered."""
    moment = datetime(2020, 3, 20, 9, 0, tzinfo=CHINA)
    gone = f"gone@{FREE_MAIL}"
    kind, content = desk.rng.choice(
        (
            ("auto_reply", vacation(f"lxr@{FREE_MAIL}", moment)),
            ("auto_reply", auto_submitted(f"lxr@{FREE_MAIL}", moment)),
            ("bounce", coremail_bounce(FREE_MAIL, moment, gone)),
            ("bounce", delivery_report(FREE_MAIL, moment, gone)),
            ("list", newsletter(moment)),
        )
    )
    return content, Expected(desk.name, "not_a_submission", kind=kind)


def said_to_be_encrypted(archive: bytes) -> bytes:
    """Every member's headers say that a password is needed (APPNOTE 4.4.4, bit 0)."""
    content = bytearray(archive)
    with zipfile.ZipFile(BytesIO(archive)) as members:
        starts = [member.header_offset for member in members.infolist()]
        directory = members.start_dir
    for start in starts:
        content[start + 6] |= 1
    at = directory
    while content[at : at + 4] == b"PK\x01\x02":
        content[at + 8] |= 1
        lengths = (int.from_bytes(content[at + offset : at + offset + 2], "little") for offset in (28, 30, 32))
        at += 46 + sum(lengths)
    return bytes(content)
