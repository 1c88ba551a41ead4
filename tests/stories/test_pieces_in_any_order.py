"""Three mails instead of one: any split of the pieces, in any order, ends in the same case."""

import random
from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from service.demo.forms import TableSpec
from service.demo.mime import File, make_mail
from service.demo.scanning import Scan
from service.demo.world import Sender
from service.records.tables import Outgoing
from service.wiring import desk_of, open_service
from tests.servers.pair import in_process
from tests.stories.conftest import IN_TIME, Station, answering, over_sqlite

__all__ = ["over_sqlite"]

_outbox = Outgoing.__table__  # type: ignore[attr-defined]
LETTER = 0
PHOTO = Scan(photo=0.5)


@pytest.mark.parametrize(
    "split",
    [
        pytest.param([[2, 3], [1], [LETTER], [4]], id="one_by_one_letter_late"),
        pytest.param([[LETTER, 4], [1, 2, 3]], id="letter_first"),
        pytest.param([[3], [LETTER, 1, 2, 4]], id="one_table_first"),
    ],
)
def test_the_final_record_is_that_of_one_complete_mail(station: Station, split: list[list[int]]) -> None:
    bureau, rng = station.bureau("望海市"), random.Random(len(split))
    tables = station.pieces.scribe.tables(bureau)
    pieces: dict[int, File] = {LETTER: station.pieces.letter_pdf(bureau)}

    for hour, part in enumerate(split):
        files = [pieces[LETTER]] if LETTER in part else []
        if held := [t for t in tables if t.number in part]:
            files.append(station.pieces.workbook(held))
        mail = station.mail(bureau, tuple(files), date=IN_TIME + timedelta(hours=hour))
        replies = hour > 0 and rng.random() < 0.5  # half of the people write anew instead of answering
        station.arrives(answering(station.raw_letters()[-1], mail) if replies else make_mail(mail))
        station.poll()

    with open_service(station.settings) as service:
        views = desk_of(service).views
        (case,) = views.cases()
        newest = views.newest(case.id)
    assert case.state == "accepted" and newest is not None
    assert {t.number: len(t.rows) for t in newest.holding.tables} == {t.number: len(t.rows) for t in tables}
    assert station.kinds()[-1] == "receipt"


@dataclass(frozen=True)
class Sent:
    """What a unit sends: its letter as a file, its tables as files, from its own mailbox."""

    sender: Sender
    letter: File
    tables: tuple[TableSpec, ...]
    address: str


def those_who_send(station: Station, rng: random.Random) -> list[Sent]:
    """Bureaus, units that report directly, one that does not, and companies of no directory."""
    pieces, world = station.pieces, station.world
    who = [station.bureau(city) for city in ("云江市", "望海市", "碧川市")]
    who += [*rng.sample(world.units_by_route("direct"), 3), *world.units_by_route("via_city")[:1]]
    who += [Sender(f"云江{name}有限公司", "云江市", "via_city", (), (), "") for name in ("甲乙光学", "丙丁机械")]
    letters = (pieces.letter_pdf, pieces.letter_pdf, pieces.letter_word, lambda one: pieces.letter_photo(one, PHOTO))
    return [
        Sent(one, rng.choice(letters)(one), pieces.scribe.tables(one), f"u{n}@freemail.example")
        for n, one in enumerate(who)
    ]


def split_at_random(rng: random.Random) -> list[list[int]]:
    """The pieces of each mail, for one to five mails."""
    places = [rng.randrange(rng.randint(1, 5)) for _ in range(5)]
    parts = [[piece for piece in range(5) if places[piece] == mail] for mail in sorted(set(places))]
    return rng.sample(parts, len(parts))


def files_of(station: Station, sent: Sent, part: list[int], rng: random.Random) -> tuple[File, ...]:
    """A mail's attachments: tables together or each in a file, packed or not."""
    files = [sent.letter] if LETTER in part else []
    tables = [table for table in sent.tables if table.number in part]
    groups = [[table] for table in tables] if rng.random() < 0.3 else [tables] if tables else []
    files += [replace(station.pieces.workbook(g), name=f"表{'、'.join(str(t.number) for t in g)}.xlsx") for g in groups]
    return (File("材料.zip", zipped(files)),) if len(files) > 1 and rng.random() < 0.3 else tuple(files)


def newest_letters(station: Station) -> dict[str, bytes]:
    """Our newest letter to each address, left or not: nobody here has a mailbox."""
    columns = (_outbox.c.recipients, _outbox.c.content)
    with open_service(station.settings) as service, service.parts.records.engine.connect() as connection:
        return {row.recipients: row.content for row in connection.execute(select(*columns).order_by(_outbox.c.id))}


def records_of(station: Station) -> dict[str | None, object]:
    """By unit: what stands in the end, but for which mail and file brought it."""
    found: dict[str | None, object] = {}
    with open_service(station.settings) as service:
        views = desk_of(service).views
        for case in views.cases():
            newest = views.newest(case.id)
            assert newest is not None and case.unit not in found
            holding = newest.holding
            rows = sorted((t.number, [(r.unit, r.city, r.cells, r.answers) for r in t.rows]) for t in holding.tables)
            assert holding.letter is not None
            letter = (holding.letter.signer, holding.letter.date, holding.letter.title, holding.letter.text)
            found[case.unit] = (case.state, case.channel, rows, letter)
    return found


@pytest.mark.parametrize("seed", range(2))
def test_however_many_mails_bring_the_pieces_the_records_are_those_of_one_mail_each(
    station: Station, tmp_path_factory: pytest.TempPathFactory, database_url: str, seed: int
) -> None:
    rng = random.Random(seed)
    senders = those_who_send(station, rng)
    splits = [split_at_random(rng) for _ in senders]
    for hour in range(5):
        ours = newest_letters(station) if hour else {}
        for sent, split in zip(senders, splits, strict=True):
            if hour < len(split):
                text = rng.choice(["请查收。", "见附件。", "补充材料，请查收。"])
                at = IN_TIME + timedelta(hours=hour)
                mail = station.mail(sent.sender, files_of(station, sent, split[hour], rng), text=text, date=at)
                mail = replace(mail, sender=sent.address)
                answers = sent.address in ours and rng.random() < 0.5
                station.arrives(answering(ours[sent.address], mail) if answers else make_mail(mail))
        station.poll()
    in_many = records_of(station)

    with in_process() as servers:
        other = Station(servers, tmp_path_factory.mktemp("other"), database_url)
        for sent in senders:
            files = (sent.letter, other.pieces.workbook(sent.tables))
            other.arrives(make_mail(replace(other.mail(sent.sender, files), sender=sent.address)))
        other.poll()
        at_once = records_of(other)

    assert len(at_once) == len(senders)
    assert in_many == at_once


def zipped(files: list[File]) -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        for file in files:
            archive.writestr(file.name, file.content)
    return packed.getvalue()


@pytest.mark.parametrize(("owed", "cases"), [(True, 1), (False, 2)], ids=["owed", "there_already"])
def test_a_bureaus_form_from_a_mailbox_nobody_knows_completes_its_case_and_changes_none(
    station: Station, owed: bool, cases: int
) -> None:
    bureau = station.bureau("望海市")
    letter, form = station.pieces.letter_pdf(bureau), station.pieces.form(bureau)
    station.arrives(make_mail(station.mail(bureau, (letter,) if owed else (letter, form))))
    station.poll()

    again = station.mail(bureau, (station.pieces.form(bureau),))
    colleague = replace(again, sender="clerk@elsewhere.example", sender_name="张三")
    station.arrives(answering(station.raw_letters()[-1], colleague))
    station.poll()

    states = [state for _, state in station.numbers()]
    assert (len(states), states[0]) == (cases, "accepted")
