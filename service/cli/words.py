"""Chinese words for codes of ours, as staff read them on the command line."""

VERDICTS = {
    "accepted": "齐备",
    "needs_correction": "需补正",
    "wrong_route": "应转报",
    "staff_review": "转人工",
    "not_a_submission": "非报送",
    "quarantined": "已隔离",
}
CASES = VERDICTS | {"not_a_submission": "已撤件"}
CHANNELS = {"city_bureau": "市级汇总", "direct_unit": "直接报送", "via_city": "经所在市", "unknown": "未定"}
KINDS = {
    "submission": "报送",
    "follow_up": "补充",
    "auto_reply": "自动回复",
    "bounce": "退信",
    "list": "群发",
    "own": "本系统邮件",
    "staff_command": "工作人员来信",
    "inquiry": "咨询",
    "empty": "空邮件",
}
PIECES = {"cover_letter": "报送函", "table1": "表1", "table2": "表2", "table3": "表3", "table4": "表4"}
PIECE_STATES = {"received": "已收到", "missing": "缺", "nil": "无需求", "faulty": "有误"}
SEVERITIES = {"correct": "请补正", "staff": "待人工", "remark": "备注"}
LETTERS = {
    "receipt": "回执",
    "correction": "补正通知",
    "redirect": "转报通知",
    "handover": "已转人工",
    "digest": "每日简报",
    "rules_broken": "规则有误通知",
    "rules_mended": "规则生效通知",
    "rules_trial": "规则试看",
    "rules_answer": "规则修改",
    "reminder": "提醒",
    "draft": "待审信函",
    "answer": "办理结果",
}
STATES = {
    "pending": "待发", "sending": "发送中", "dot": "待确认", "sent": "已发出", "parked": "已搁置",
    "superseded": "已并入后信", "bounced": "被退回", "draft": "待审", "discarded": "不发",
    "judged": "已处理", "duplicate": "重复", "quarantined": "已隔离", "archived": "待处理",
}  # fmt: skip
EVENTS = {
    "archived": "收到并存档",
    "recalled": "数据库恢复后由存档补录，不再自动答复",
    "found_again": "恢复后在邮箱中找到，可能当时已答复，不再自动答复",
    "not_obeyed": "工作人员来信可能在数据恢复前已执行，不再执行",
    "rebuilt": "由存档重建台账，结论与原来不同",
    "seen_again": "在别处又见到同一邮件",
    "judged": "作出结论",
    "duplicate": "与此前邮件相同，不再回复",
    "quarantined": "已隔离，待人工",
    "sent": "已发出",
    "parked": "已搁置，待人工",
    "superseded": "不再单独发出",
    "bounced": "被对方系统退回",
    "answered": "对方已回信，曾退信的地址恢复使用",
    "held": "暂缓发出",
    "released": "工作人员放行",
    "reapplied": "规则改变后重新认定",
    "ruled": "工作人员认定",
    "rules_changed": "管理员用邮件改规则",
    "assigned": "工作人员归入征集活动",
    "discarded": "工作人员决定不发",
}
ROLES = {
    "cover_letter": "报送函", "form": "征集表", "form_scan": "表格扫描件", "supporting": "其他材料",
    "decoration": "装饰图片", "container": "压缩包或邮件", "link": "超大附件链接", "unreadable": "无法读取",
}  # fmt: skip

FIELDS = {
    "signer": "落款", "title": "标题", "document_number": "文号", "date": "成文日期", "addressee": "抬头",
    "seal": "检测到疑似公章",
}  # fmt: skip
CROPS = {"seal": "疑似公章", "signature": "署名"}
_A4 = 1.414  # its height in widths


def say(words: dict[str, str], code: str | None) -> str:
    """The Chinese word for a code; the code itself where there is none."""
    return words.get(code or "", code or "")


def place(page: int, box: tuple[float, float, float, float] | None) -> str:
    """Roughly where a box stands, as people say it: 第1页右下. box is in page widths."""
    if box is None:
        return f"第{page}页"
    across, down = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2 / _A4
    side = "左" if across < 0.36 else "右" if across > 0.6 else ""
    level = "上" if down < 0.36 else "下" if down > 0.6 else ""
    return f"第{page}页{side}{level}" if side and level else f"第{page}页{side or level or '中'}部"
