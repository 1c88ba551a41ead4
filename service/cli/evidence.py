"""`doctor` on what tells that a letter was taken when no answer came: the last probe, and a new one."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from service import evidence
from service.bench import now
from service.cli.signs import Sign
from service.datafolder import open_records
from service.errors import ServiceError
from service.evidence import Broken, Channel, Probed
from service.probing import send_probe
from service.replies.smtp import Ambiguous, Refused, Sent, TryLater
from service.settings import Settings, SmtpSection

_NAME, _PROBE = "送达凭据", "检测信"
_OLD = timedelta(days=90)
_CLOCK_SKEW_SECONDS = 120
_TODO = "请运行 doctor --probe，会给本邮箱发一封检测信"
_BY_HAND = "发信中断时，补正等信是否送达要人工核实"


def probe_signs(chosen: Settings, patience: float) -> Iterator[Sign]:
    """Send a letter to ourselves and keep in the records what came of it; a line only when nothing did."""
    try:
        outcome, found = send_probe(chosen, patience, now)
        if found is not None:
            with open_records(chosen) as records:
                evidence.note_probe(records, found)
    except ServiceError as error:
        yield Sign(_PROBE, str(error), error.exit_code)
        return
    match outcome:
        case Refused(reason=reason) | TryLater(reason=reason):
            yield Sign(_PROBE, f"发信服务器没有接受（{reason}）；请按其说明处理后再试", 22)
        case Ambiguous(reason=reason):
            yield Sign(_PROBE, f"交出后没有得到答复（{reason}）", warning=True)
        case Sent():
            pass


def evidence_signs(chosen: Settings) -> Iterator[Sign]:
    """What is relied upon, and what the last probe saw."""
    assert chosen.smtp is not None
    try:
        with open_records(chosen) as records:
            seen, trouble = evidence.probed(records), evidence.broken(records)
    except ServiceError:
        return  # told by the line of the database
    yield channel_sign(chosen.smtp, seen, trouble)
    if seen is not None:
        yield probed_sign(seen, now(), believes=any(m.authserv_id.strip() for m in chosen.mailboxes))


def channel_sign(smtp: SmtpSection, seen: Probed | None, trouble: Broken | None) -> Sign:
    """Which channel of evidence is in use; a warning when there is none."""
    channel: Channel = evidence.channel(smtp, seen, trouble)
    refused = f"发信服务器不接受寄给本邮箱的副本（{trouble.reason}）；解决后{_TODO}" if trouble else ""
    if channel == "copy":
        return Sign(_NAME, "每封信附送本邮箱一份副本，据此得知中断的信是否送达")
    if channel == "none":
        return Sign(_NAME, f"配置为不用（evidence = none），{_BY_HAND}", warning=True)
    if seen is None:
        return Sign(_NAME, refused or f"尚未检测；{_TODO}", warning=True)
    if seen.sent_folder:
        return Sign(_NAME, f"服务器自动把发出的信存入“{seen.sent_folder}”，据此得知中断的信是否送达")
    if refused:
        return Sign(_NAME, refused, warning=True)
    todo = "请在邮箱设置中打开“SMTP 发信后保存到服务器”再检测"
    if smtp.evidence == "sent" and seen.copies_prove:
        todo = "请把 evidence 改为 auto，改用寄给本邮箱的副本"
    return Sign(_NAME, f"没有：服务器不自动保存发出的信，{_BY_HAND}；{todo}", warning=True)


def probed_sign(seen: Probed, at: datetime, *, believes: bool) -> Sign:
    """What the last probe saw, how old that is, and what is to be put right."""
    when = datetime.fromisoformat(seen.at)
    days = (at - when).days
    head = f"{when.astimezone():%Y-%m-%d %H:%M}（{f'{days} 天前' if days else '今天'}）"
    if seen.copy_seconds is None:
        seconds = f"{head}：没有在等候的时间内回到邮箱；请查看邮箱的拦截记录和发信服务器的退信"
        return Sign(_PROBE, seconds, warning=True)
    told = f"{head}：{seen.copy_seconds:.0f} 秒后在“{seen.copy_folder}”收到"
    doubts = [
        *(["进了垃圾邮件，答复也可能被当作垃圾邮件，请检查 SPF、DKIM 和垃圾邮件规则"] if seen.is_junk else []),
        *(["服务器改写了 Message-ID，副本不能作凭据"] if seen.is_renamed else []),
        *_clock(seen.clock_ahead),
        *([f"已过 {_OLD.days} 天，请再检测一次"] if at - when > _OLD else []),
    ]
    notes = [f"收信服务器自称 {seen.authserv_id}，可填入 authserv_id"] if seen.authserv_id and not believes else []
    return Sign(_PROBE, "；".join([told, *doubts, *notes]), warning=bool(doubts))


def _clock(ahead: float) -> Iterator[str]:
    if abs(ahead) > _CLOCK_SKEW_SECONDS:
        way = "快" if ahead > 0 else "慢"
        yield f"收信服务器的时钟比本机{way} {abs(ahead):.0f} 秒，是否按时以它为准，请校时"
