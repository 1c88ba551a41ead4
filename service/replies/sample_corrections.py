"""Invented correction requests, from one empty cell to a day's work over three files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

from service.domain.judgement import (
    Channel,
    Finding,
    Judgement,
    Letter,
    Piece,
    PieceState,
    Place,
    ReplyPlan,
    Route,
    Severity,
    Verdict,
)
from service.domain.marking import FileMarks
from service.domain.submission import Attachment, Problem, Role

Say = Callable[[str, str, Mapping[str, str]], str]
"""The sentence of a code and variant with its values, as findings.toml has it."""

_PDF, _OCTETS = "application/pdf", "application/octet-stream"
_LONG = "云江市高新技术产业开发区管理委员会2020年海外人才与科技交流合作需求征集表（表1-4）（汇总最终版）（2）.xlsx"
_ASCII = "Needs_Form_Table_1-4_Yunjiang_High-Tech_Zone_2020_final_version_revised_03.docx"
_PACKED = "云江市报送材料㛃䶮（繁體版）.zip/各縣區/需求徵集表（表3、表4）.xlsx"


def corrections(whole: Judgement, late: Judgement, follow_up: Judgement, say: Say) -> dict[str, Judgement]:
    """One for every turn that a correction request can take. whole: a complete mail; late: the same after the
    deadline; follow_up: its letter, coming later than its form."""
    return {
        "correction": _with_wrong_cells(whole, say),
        "correction-one": _with_one_wrong_cell(whole, say),
        "correction-letter-missing": _without_letter(whole, say),
        "correction-nothing-attached": _without_anything(whole, say),
        "correction-many": _with_many_wrong_cells(whole, say),
        "correction-form-scanned": _with_scanned_form(whole, say),
        "correction-shortcut": _with_shortcut(whole, say),
        "correction-follow-up": _still_wrong(follow_up, say),
        "correction-late": _with_one_wrong_cell(late, say),
    }


def finding(
    say: Say,
    code: str,
    place: Place | None = None,
    severity: Severity = Severity.CORRECT,
    variant: str = "default",
    values: Mapping[str, str] | None = None,
) -> Finding:
    """What a check of this code would tell. values: of the placeholders of its sentence."""
    return Finding(code, say(code, variant, values or {}), place or Place(), severity, variant)


def sample_file(wanted: FileMarks) -> bytes | None:
    """A workbook with nothing but the marks, in place of the sender's own; None for other kinds of files."""
    from openpyxl import Workbook
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    from service.typesetting.sheets import workbook_bytes

    if not wanted.attachment.endswith(".xlsx"):
        return None
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for mark in wanted.marks:
        sheet = workbook[mark.sheet] if mark.sheet in workbook.sheetnames else workbook.create_sheet(mark.sheet)
        sheet[mark.cell].fill = PatternFill("solid", "FFE699")
        sheet[mark.cell].comment = Comment(mark.text, wanted.pen.author)
    return workbook_bytes(workbook, datetime(2020, 3, 24, tzinfo=UTC))


def _asking(judgement: Judgement, findings: Sequence[Finding], pieces: Sequence[Piece]) -> Judgement:
    reply = ReplyPlan(Letter.CORRECTION, judgement.decision.reply.to if judgement.decision.reply else ())
    decision = replace(
        judgement.decision,
        verdict=Verdict.NEEDS_CORRECTION,
        findings=tuple(findings),
        pieces=tuple(pieces),
        reply=reply,
    )
    return Judgement(judgement.dossier, decision)


def _cell(say: Say, code: str, file: str, table: int, cell: str, column: str, **values: str) -> Finding:
    place = Place(file, table, f"表{table}", int(cell.strip("ABCDEFGH")), column, cell)
    return finding(say, code, place, values={"column": column, **values})


def _form_of(judgement: Judgement) -> str:
    return judgement.dossier.tables[0].attachment


def _without_letter(whole: Judgement, say: Say) -> Judgement:
    mail = replace(whole.dossier.submission, attachments=whole.dossier.submission.attachments[1:], letters=())
    dossier = replace(whole.dossier, submission=mail, letter=None, letter_mail=None)
    pieces = (Piece("cover_letter", PieceState.MISSING), *whole.decision.pieces[1:])
    return _asking(Judgement(dossier, whole.decision), (finding(say, "L101"),), pieces)


def _without_anything(whole: Judgement, say: Say) -> Judgement:
    mail = replace(whole.dossier.submission, attachments=(), letters=(), tables=())
    dossier = replace(whole.dossier, submission=mail, letter=None, letter_mail=None, tables=(), table_mails=())
    pieces = [Piece(p.piece, PieceState.MISSING) for p in whole.decision.pieces]
    nobody = Judgement(dossier, replace(whole.decision, route=Route(Channel.UNKNOWN)))
    return _asking(nobody, (finding(say, "L101"), finding(say, "F201")), pieces)


def _with_one_wrong_cell(whole: Judgement, say: Say) -> Judgement:
    found = _cell(say, "F212", _form_of(whole), 3, "E6", "初步计划", limit="200字以内")
    return _asking(whole, (found,), _with_faulty(whole.decision.pieces, "table3"))


def _with_wrong_cells(whole: Judgement, say: Say) -> Judgement:
    missing, form = _without_letter(whole, say), _form_of(whole)
    extra = Attachment(
        "材料.rar", "材料.rar", 910_000, sha256(b"rar").hexdigest(), "application/x-rar", Role.UNREADABLE
    )
    extra = replace(extra, problem=Problem.UNKNOWN_KIND)
    mail = replace(missing.dossier.submission, attachments=(*missing.dossier.submission.attachments, extra))
    findings = (
        *missing.decision.findings,
        _cell(say, "F210", form, 3, "D5", "是否有经费预算"),
        _cell(say, "F210", form, 3, "D9", "是否有经费预算"),
        _cell(say, "F212", form, 3, "E6", "初步计划", limit="200字以内"),
        _cell(say, "F211", form, 4, "D5", "是否参加团组"),
        finding(say, "R402", severity=Severity.STAFF, values={"unit": "云江智能装备研究院"}),
    )
    judgement = Judgement(replace(missing.dossier, submission=mail), missing.decision)
    return _asking(judgement, findings, _with_faulty(missing.decision.pieces, "table3", "table4"))


def _with_faulty(pieces: Sequence[Piece], *names: str) -> list[Piece]:
    return [replace(p, state=PieceState.FAULTY) if p.piece in names else p for p in pieces]


def _still_wrong(follow_up: Judgement, say: Say) -> Judgement:
    """The letter comes later, the cells that were asked for do not."""
    found = _cell(say, "F212", _form_of(follow_up), 3, "E6", "初步计划", limit="200字以内")
    return _asking(follow_up, (found,), _with_faulty(follow_up.decision.pieces, "table3"))


def _with_scanned_form(whole: Judgement, say: Say) -> Judgement:
    name = "征集表（盖章）.pdf"
    scan = Attachment(name, name, 1_204_000, sha256(b"form scan").hexdigest(), _PDF, Role.FORM_SCAN)
    mail = replace(whole.dossier.submission, attachments=(whole.dossier.submission.attachments[0], scan), tables=())
    dossier = replace(whole.dossier, submission=mail, tables=(), table_mails=())
    faulty = [Piece(p.piece, PieceState.FAULTY, dossier.submission.sha256, name) for p in whole.decision.pieces[1:]]
    pieces = (whole.decision.pieces[0], *faulty)
    return _asking(Judgement(dossier, whole.decision), (finding(say, "F202", Place(name)),), pieces)


def _with_shortcut(whole: Judgement, say: Say) -> Judgement:
    name = "征集表（表1-4）.xlsx - 快捷方式.lnk"
    link = Attachment(name, name, 1_404, sha256(b"shortcut").hexdigest(), _OCTETS, Role.FORM, Problem.SHORTCUT)
    mail = replace(whole.dossier.submission, attachments=(whole.dossier.submission.attachments[0], link), tables=())
    dossier = replace(whole.dossier, submission=mail, tables=(), table_mails=())
    found = finding(say, "A304", Place(name), variant="shortcut")
    faulty = [Piece(p.piece, PieceState.FAULTY, mail.sha256, name) for p in whole.decision.pieces[1:]]
    return _asking(Judgement(dossier, whole.decision), (found,), (whole.decision.pieces[0], *faulty))


def _with_many_wrong_cells(whole: Judgement, say: Say) -> Judgement:
    """Over forty, in three files with the names that people give them."""
    tables = tuple(
        replace(table, attachment=file)
        for table, file in zip(whole.dossier.tables, (_LONG, _ASCII, _PACKED, _PACKED), strict=False)
    )
    files = tuple(
        Attachment(path, path.rpartition("/")[2], 1_048_576 + n, sha256(path.encode()).hexdigest(), _OCTETS, Role.FORM)
        for n, path in enumerate((_LONG, _ASCII, _PACKED))
    )
    mail = replace(whole.dossier.submission, attachments=(whole.dossier.submission.attachments[0], *files))
    findings = (
        *(_cell(say, "F220", _LONG, 1, f"B{row}", "单位名称") for row in range(4, 25)),
        *(_cell(say, "F220", _ASCII, 2, f"B{row}", "单位名称") for row in (5, 6, 9)),
        *(_cell(say, "F210", _PACKED, 3, f"D{row}", "是否有经费预算") for row in range(5, 15)),
        *(_cell(say, "F212", _PACKED, 3, f"E{row}", "初步计划", limit="200字以内") for row in (5, 7, 12)),
        *(_cell(say, "F211", _PACKED, 4, f"D{row}", "是否参加团组") for row in (5, 6)),
        *(_cell(say, "F214", _PACKED, 4, f"E{row}", "团组", choices="“中东欧”“澳新”") for row in (8, 9)),
    )
    pieces = [
        replace(p, attachment=tables[n - 1].attachment, state=PieceState.FAULTY) if n else p
        for n, p in enumerate(whole.decision.pieces)
    ]
    dossier = replace(whole.dossier, submission=mail, tables=tables)
    return _asking(Judgement(dossier, whole.decision), findings, pieces)
