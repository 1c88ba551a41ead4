"""What the demo leaves behind: a page to start from, every mail and letter, the digest, the workbook."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape
from pathlib import Path

from service.demo.mails import DayMail
from service.records.views import MailView
from service.reporting import cases_for_workbook, digest_for
from service.wiring import Desk
from service.workbook.consolidated import write_workbook

_VERDICTS = {
    "accepted": "齐备",
    "needs_correction": "需补正",
    "wrong_route": "应转报",
    "staff_review": "转人工",
    "not_a_submission": "非报送",
}
_LETTERS = {"receipt": "回执", "correction": "补正通知", "redirect": "转报通知", "handover": "已转人工"}
_STYLE = (
    "body{font:15px/1.6 system-ui,'Noto Sans CJK SC',sans-serif;margin:2em auto;max-width:72em;padding:0 1em}"
    "table{border-collapse:collapse;width:100%}th,td{padding:.45em .7em;border-bottom:1px solid #ddd;text-align:left;"
    "vertical-align:top}th{background:#f3f5f8;white-space:nowrap}td:nth-child(4),td:nth-child(6){white-space:nowrap}"
    "a{color:#175ca8}.accepted{color:#1a7f37}.needs_correction{color:#9a6700}.wrong_route{color:#8250df}"
    ".staff_review{color:#0969da}.not_a_submission{color:#777}.day{font-size:1.15em}"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One mail of the day and what came of it."""

    mail: DayMail
    content: bytes = field(repr=False)
    view: MailView | None
    reply: bytes | None = field(repr=False)

    @property
    def letter(self) -> str | None:
        """Which letter the reply is; None when nobody was answered."""
        if self.reply is None:
            return None
        identity = str(message_from_bytes(self.reply, policy=policy.default)["Message-ID"])
        return identity.strip("<>").partition(".")[0]


def exhibit(folder: Path, lines: list[Line], desk: Desk, day: datetime) -> Iterator[Path]:
    """Write everything; yields what is worth opening first."""
    for name in ("mails", "replies"):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for old in (folder / name).iterdir():
            old.unlink()
    for number, line in enumerate(lines, 1):
        (folder / "mails" / f"{_name(number, line)}.eml").write_bytes(line.content)
        if line.reply is not None:
            _write_reply(folder / "replies", _name(number, line), line.reply)
    digest = digest_for(desk, day.date())
    (folder / "digest.html").write_text(digest.html, encoding="utf-8")
    write_workbook(folder / "workbook.xlsx", cases_for_workbook(desk), desk.rulebook)
    (folder / "index.html").write_text(_index(lines), encoding="utf-8")
    yield from (folder / name for name in ("index.html", "digest.html", "workbook.xlsx"))
    yield from _returned_correction(folder, lines)


def _name(number: int, line: Line) -> str:
    return f"{number:02d}-{line.mail.key}"


def _write_reply(folder: Path, name: str, content: bytes) -> None:
    (folder / f"{name}.eml").write_bytes(content)
    (folder / f"{name}.html").write_text(_html(content), encoding="utf-8")


def _parsed(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)


def _html(content: bytes) -> str:
    body = _parsed(content).get_body(("html",))
    return str(body.get_content()) if body else ""


def _returned_correction(folder: Path, lines: list[Line]) -> Iterator[Path]:
    """A correction request and the workbook that goes back with it."""
    for line in lines:
        if line.letter != "correction" or line.reply is None:
            continue
        for part in _parsed(line.reply).iter_attachments():
            if not str(part.get_filename()).endswith(".xlsx"):
                continue
            file = folder / "returned-correction.xlsx"
            file.write_bytes(part.get_content())
            (folder / "returned-correction.html").write_text(_html(line.reply), encoding="utf-8")
            yield from (folder / "returned-correction.html", file)
            return


def _index(lines: list[Line]) -> str:
    rows = "".join(_row(number, line) for number, line in enumerate(lines, 1))
    heads = "".join(f"<th>{name}</th>" for name in ("到达", "来信", "单位", "结论", "问题", "答复"))
    return (
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>演示</title><style>{_STYLE}</style>'
        "<h1>岭海省征集工作邮箱：一天的来信</h1>"
        f'<p class="day">{_summary(lines)}</p>'
        '<p><a href="digest.html">每日简报</a>　<a href="workbook.xlsx">汇总工作簿</a>　'
        '<a href="returned-correction.html">一份补正通知</a>（附'
        '<a href="returned-correction.xlsx">标出问题的原件</a>）</p>'
        f"<table><tr>{heads}</tr>{rows}</table><p>岭海省及其各市、各单位均为虚构。</p></html>"
    )


def _summary(lines: list[Line]) -> str:
    """How many mails came, and what came of them."""
    decisions = [line.view.decision for line in lines if line.view and line.view.decision]
    found = Counter(decision.verdict.value for decision in decisions)
    told = [f'<span class="{verdict}">{name} {found[verdict]}</span>' for verdict, name in _VERDICTS.items()]
    again = len(lines) - len(decisions)
    return f"来信 {len(lines)} 封：{'　'.join(told)}{f'　重复来信 {again}' if again else ''}"


def _row(number: int, line: Line) -> str:
    decision = line.view.decision if line.view else None
    verdict = decision.verdict.value if decision else ""
    name = _name(number, line)
    reply = f'<a href="replies/{name}.html">{_LETTERS[line.letter]}</a>' if line.letter else "不答复"
    cells = (
        f"{line.mail.received:%H:%M}",
        f'<a href="mails/{name}.eml">{escape(line.mail.description)}</a>',
        escape((decision.route.unit or "—") if decision else "—"),
        f'<span class="{verdict}">{_VERDICTS.get(verdict, "重复来信")}</span>',
        " ".join(dict.fromkeys(f.code for f in decision.findings)) if decision else "",
        reply,
    )
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
