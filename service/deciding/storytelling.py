"""The steps of a conclusion in Chinese, for `why`, the digest and staff."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from service.domain.judgement import Channel, Decision, Dossier, Place, Route, Severity, Verdict
from service.domain.rules import Rulebook

_CHANNELS = {
    Channel.CITY_BUREAU: "市科技部门汇总报送",
    Channel.DIRECT_UNIT: "直接报送",
    Channel.VIA_CITY: "由所在市汇总报送",
    Channel.UNKNOWN: "未定",
}
_VERDICTS = {
    Verdict.ACCEPTED: "受理：应报件齐全，没有须补正的问题",
    Verdict.NEEDS_CORRECTION: "须补正",
    Verdict.WRONG_ROUTE: "转报：材料应报到所在市，不要求补正",
    Verdict.STAFF_REVIEW: "交工作人员",
    Verdict.NOT_A_SUBMISSION: "不是报送件",
}
_SEVERITIES = {Severity.CORRECT: "须补正", Severity.STAFF: "交工作人员", Severity.REMARK: "备注"}
_NIL = {"letter": "报送函", "mail": "邮件正文", "tables": "表格"}
SOURCES = {
    "letter_signer": "报送函落款",
    "seal": "印章文字",
    "form_reporter": "表头填报单位",
    "form_rows": "表中单位名称",
    "address": "登记的邮箱",
    "confirmed_mailbox": "工作人员确认的邮箱",
    "domain": "邮箱域名",
    "display_name": "发件人名称",
    "signature_block": "邮件签名",
    "subject": "邮件主题",
    "case": "此前的报送件",
    "staff": "工作人员认定",
}
"""Where evidence comes from, as staff read it."""


def story(dossier: Dossier, decision: Decision, reason: str, unanswered: str, rulebook: Rulebook) -> tuple[str, ...]:
    """Every step, in order: kind, case, unit and channel, evidence, findings, verdict, reply."""
    return tuple(_steps(dossier, decision, reason, unanswered, rulebook))


def _steps(dossier: Dossier, decision: Decision, reason: str, unanswered: str, rulebook: Rulebook) -> Iterator[str]:
    if dossier.whose:
        doubt = f"不能确定：{dossier.whose.doubt}；暂按“{dossier.whose.title}”" if dossier.whose.doubt else ""
        yield f"征集活动：{doubt or f'{dossier.whose.title}（{dossier.whose.why}）'}"
    if reason:
        yield f"邮件性质：{reason}"
    if dossier.earlier:
        carried = "、".join(_piece(piece) for piece in sorted(dossier.carried_over)) or "无"
        yield f"接续报送件 {dossier.earlier.number}；沿用以前收到的：{carried}"
    if not decision.kind.is_machine_made:
        yield from _of_route(decision.route, rulebook)
        yield from _of_mailbox(dossier, rulebook)
    for field in dossier.letter.fields if dossier.letter else ():
        if field.doubt:
            yield f"报送函上读作“{field.value}”的日期{field.doubt}，未采用（{field.attachment} 第{field.page}页）"
    if dossier.states_nil:
        yield f"零报送：{_NIL.get(dossier.nil_source or '', '')}写明无需求"
    for table in dossier.submission.printed_tables:
        yield f"{table.attachment} 的页面上有表{table.number}，读到{len(table.rows)}行，供工作人员参考，不作为电子版"
    for finding in decision.findings:
        yield f"{_SEVERITIES[finding.severity]} {finding.code}：{_where(finding.place)}{finding.message}"
    if decision.pieces:
        late = "按时" if decision.on_time else "逾期"
        yield f"{late}（截止 {rulebook.campaign.deadline:%Y-%m-%d %H:%M}）"
    yield f"结论：{_VERDICTS[decision.verdict]}"
    if decision.reply and decision.reply.cc:
        yield f"回执抄送登记的邮箱：{'、'.join(a.address for a in decision.reply.cc)}"
    if unanswered:
        yield f"不回信：{unanswered}"


def _of_mailbox(dossier: Dossier, rulebook: Rulebook) -> Iterator[str]:
    zone = ZoneInfo(rulebook.campaign.timezone)
    for said in dossier.confirmed:
        at = f"{said.at.astimezone(zone):%Y-%m-%d %H:%M}"
        yield f"邮箱 {said.address} 经 {said.by} 于 {at} 确认，可代{said.unit}来件"


def _piece(piece: str) -> str:
    return "报送函" if piece == "cover_letter" else piece.replace("table", "表")


def _where(place: Place) -> str:
    """File, sheet and cell, as far as they are known."""
    spot = place.cell or (f"第{place.row}行" if place.row else "")
    parts = [part for part in (place.attachment, place.sheet, spot) if part]
    return f"{'，'.join(parts)}：" if parts else ""


def _of_route(route: Route, rulebook: Rulebook) -> Iterator[str]:
    rule = next((rule.name for rule in rulebook.routing_rules if rule.source == route.decided_by), "")
    by = f"，依据 {route.decided_by}{f'“{rule}”' if rule else ''}" if route.decided_by else ""
    yield f"报送单位：{route.unit or '未能认定'}；渠道：{_CHANNELS[route.channel]}{by}"
    if route.reason:
        yield f"理由：{route.reason}"
    for item in route.evidence:
        source = SOURCES.get(item.source, item.source)
        yield f"证据：{source} “{item.value}” → {item.unit or '目录中没有'}（分量 {item.weight:g}）"
    if route.near_miss:
        yield f"最接近的另一种认定：{route.near_miss}"
