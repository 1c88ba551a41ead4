"""`rules mailboxes`: the mailboxes that staff confirmed, and taking that back."""

from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from rich.table import Table as Grid

from service.cli.context import err, out, print_json, settings, settings_if_any
from service.domain.confirmations import Confirmation
from service.errors import DatabaseUnusable

_BY_COMMAND = "rules mailboxes"


def known_mailboxes() -> list[Confirmation] | None:
    """What was ever confirmed; None without a configuration, or when the records cannot be read, which is said."""
    from service.records.past import confirmations

    chosen = settings_if_any()
    if chosen is None:
        return None
    try:
        return confirmations(chosen.database_url)
    except DatabaseUnusable as error:
        err.print(f"确认过的邮箱没有列入：{error}", markup=False)
        return None


def list_mailboxes(*, as_json: bool) -> int:
    """Print all that stand, then those taken back. Raises ConfigurationInvalid, DatabaseUnusable."""
    from service.wiring import open_desk

    with open_desk(settings(for_servers=False)) as desk:
        found = sorted(desk.records.mailboxes.all(), key=lambda c: not c.stands)
        zone = ZoneInfo(desk.rulebook.campaign.timezone)
    if as_json:
        print_json([confirmation_json(one) for one in found])
        return 0
    if not found:
        out.print("还没有确认过邮箱。简报列出代单位来件而没有登记的邮箱，工作人员回复“确认 编号”即可")
        return 0
    grid = Grid("邮箱", "单位", "确认", "依据", "撤销", title=f"确认过的邮箱 {sum(c.stands for c in found)}")
    for one in found:
        taken_back = f"{one.revoked_by} {_moment(one.revoked_at, zone)}" if one.revoked_at else ""
        by_mail = f"来信 {one.mail[:12]}" if one.mail else ""
        basis = "\n".join(part for part in (one.case, by_mail) if part)
        grid.add_row(one.address, one.unit, f"{one.by} {_moment(one.at, zone)}", basis, taken_back)
    out.print(grid)
    return 0


def revoke_mailbox(address: str, unit: str | None) -> int:
    """Take back what was confirmed of an address. The service may run: it counts from its next mail on."""
    from service.wiring import open_desk

    with open_desk(settings(for_servers=False)) as desk:
        taken = desk.records.mailboxes.revoke(address, unit, _BY_COMMAND, datetime.now(UTC))
    for one in taken:
        out.print(f"已撤销：{one.unit} ← {one.address}", markup=False)
    if not taken:
        err.print(f"{address}：没有确认过，或已经撤销；用 rules mailboxes 查看", markup=False)
    return 0 if taken else 2


def told(one: Confirmation, zone: tzinfo) -> str:
    basis = f"（{one.case}）" if one.case else ""
    return f"已确认的邮箱：{one.by} 于 {_moment(one.at, zone)} 确认它可代{one.unit}来件{basis}"


def confirmation_json(one: Confirmation) -> dict[str, Any]:
    return {
        "address": one.address,
        "unit": one.unit,
        "confirmed_by": one.by,
        "confirmed_at": one.at,
        "order": one.mail or None,
        "case": one.case or None,
        "stands": one.stands,
        "revoked_by": one.revoked_by,
        "revoked_at": one.revoked_at,
        "revoking_order": one.revoked_mail or None,
    }


def _moment(moment: datetime | None, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else ""
