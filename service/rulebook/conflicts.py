"""What is right in each file and wrong between them: one address for two, staff that stand in a directory."""

from collections.abc import Iterator, Sequence

from service.domain.coverage import impossible, shadows
from service.domain.rules import Campaign, City, RoutingRule, Rulebook, Unit, UnitRoute
from service.rulebook.names import same_name
from service.rulebook.problems import Problems
from service.rulebook.sections import Document


def refuse_conflicts(
    cities: Sequence[City],
    units: Sequence[Unit],
    campaign: Campaign | None,
    document: Document | None,
    problems: Problems,
) -> None:
    """Find addresses that stand for two, and staff that would be taken for submitters."""
    owners: dict[str, City | Unit] = {}
    for line in _lines(cities, units):
        for address in line.addresses:
            first = owners.setdefault(address, line)
            if first is not line:
                seen = f"“{address}”已在 {_where(first.source)}（{_name(first)}）"
                problems.add(f"{_where(line.source)}，addresses", seen, "一个邮箱只能属于一个单位，请删去一处")
    if campaign is None or document is None:
        return
    people = document.root().section("people")
    for key, addresses in (("staff", campaign.staff), ("admins", campaign.admins)):
        for address in addresses:
            if address in owners:
                seen = f"“{address}”已登记在 {_where(owners[address].source)}（{_name(owners[address])}）"
                people.problem(key, seen, "工作人员和管理员的邮箱不能同时是报送单位的邮箱，请删去一处")


def refuse_own_addresses(book: Rulebook, own: frozenset[str], document: Document | None, problems: Problems) -> None:
    """Find rules under which the service would write to itself."""
    for line in _lines(book.cities, book.units):
        for address in own.intersection(line.addresses):
            problems.add(f"{_where(line.source)}，addresses", f"“{address}”是本系统的邮箱", "请删去，否则会给自己回信")
    if document is None:
        return
    people = document.root().section("people")
    for key, addresses in (("staff", book.campaign.staff), ("admins", book.campaign.admins)):
        for address in own.intersection(addresses):
            people.problem(key, f"“{address}”是本系统的邮箱", "请改为工作人员自己的邮箱，否则会给自己回信")


def refuse_forbidding(book: Rulebook, own: frozenset[str], problems: Problems) -> None:
    """Find senders that are forbidden and trusted at once, and a ban that would meet everybody."""
    registered = {address: line for line in _lines(book.cities, book.units) for address in line.addresses}
    people = {*book.campaign.staff, *book.campaign.admins}
    for name, source in book.forbidden_senders.items():
        place = f"{_where(source)}，forbidden"
        if line := registered.get(name):
            seen = f"“{name}”又登记在 {_where(line.source)}（{_name(line)}）"
            problems.add(place, seen, "请从其中一处删去")
        elif name in book.mail.free_mail:
            problems.add(place, f"“{name}”是公共邮箱，会挡住许多单位", "请写完整的邮箱地址")
        elif met := sorted(a for a in people | own if a == name or a.endswith((f"@{name}", f".{name}"))):
            problems.add(place, f"“{name}”会挡住 {met[0]}，那是工作人员、管理员或本系统的邮箱", "请删去")


def _note_forbidden(book: Rulebook, problems: Problems) -> None:
    for line in _lines(book.cities, book.units):
        for domain in line.domains:
            if source := book.forbids(f"@{domain}"):
                seen = f"禁用的域名包括 {_where(line.source)}（{_name(line)}）的 {domain}"
                problems.warn(f"{_where(source)}，forbidden", seen, "请核对，只禁用某个人的请写完整的邮箱")


def _lines(cities: Sequence[City], units: Sequence[Unit]) -> list[City | Unit]:
    return [*cities, *units]


def note_conflicts(book: Rulebook, problems: Problems) -> None:
    """Warn of names that mean two lines, of direct units outside the city where direct units sit, and of routing
    rules that never decide."""
    owners: dict[str, str] = {}
    for name, source in _names(book):
        first = owners.setdefault(same_name(name), source)
        if first != source:
            problems.warn(_where(source), f"名称或别名“{name}”也在 {_where(first)}", "两边都认不出来，请去掉一处")
    seat = book.campaign.seat_city
    for unit in book.units:
        if unit.route is UnitRoute.DIRECT and unit.seat_city not in ("", seat):
            seen = f"“{unit.name}”写的是直接报送，但在{unit.seat_city}，不在{seat}"
            problems.warn(f"{_where(unit.source)}，route", seen, "请核对是否应为 via_city")
    _note_idle(book.routing_rules, problems)
    _note_forbidden(book, problems)


def _note_idle(rules: Sequence[RoutingRule], problems: Problems) -> None:
    hidden = shadows(rules)
    for rule in rules:
        place = f"{_where(rule.source)}，{rule.name}"
        if why := impossible(rule):
            problems.warn(place, f"永远不会起作用：{why}", "请改条件，或删去这条规则")
        elif above := hidden.get(rule.source):
            seen = f"符合它的单位都先由{_where(above.source)}的“{above.name}”决定，轮不到它"
            problems.warn(place, seen, "请移到前面，或删去这条规则")


def _names(book: Rulebook) -> Iterator[tuple[str, str]]:
    for city in book.cities:
        yield from ((name, city.source) for name in city.bureau_names)
    for unit in book.units:
        yield from ((name, unit.source) for name in (unit.name, *unit.aliases))


def _where(source: str) -> str:
    """units.csv:12 as people say it."""
    file, _, row = source.partition(":")
    return f"{file} 第{row}行"


def _name(line: City | Unit) -> str:
    return line.bureau if isinstance(line, City) else line.name
