"""What must hold for any text: no parser raises, what it makes reads back as itself, what was written stays."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.submission import Row
from service.values import of_row
from service.values.choosing import read_choice, read_yes_no
from service.values.counts import read_count
from service.values.dates import read_date
from service.values.emails import read_emails
from service.values.kinds import Reading, Standing
from service.values.money import read_money
from service.values.phones import read_phones
from tests.builders import a_table, the_real_rulebook

FORMS = the_real_rulebook().forms
CHOICES = ("全职", "柔性（短期）", "博士后", "其他")
PARSERS: dict[str, Callable[[str], Reading]] = {
    "count": read_count,
    "money": lambda text: read_money(text, "拟投入资金（万元）"),
    "money_of_no_unit": read_money,
    "date": read_date,
    "phone": lambda text: read_phones(text, "020"),
    "phone_of_no_city": read_phones,
    "email": read_emails,
    "choice": lambda text: read_choice(text, CHOICES, FORMS.marks),
    "yes_no": lambda text: read_yes_no(text, FORMS.marks),
}
USUAL = (
    "0123456789０１２３一二三十百千万亿两〇零-－—~至、，。；;/（）()+.．@＠约名人年月日号元万美欧￥$转 \u3000\n以上内左右余多"
    "abcE'’：:□☑√全职柔性短期其他是否"
)
cells = st.one_of(st.text(max_size=40), st.text(alphabet=USUAL, max_size=25))
every_parser = pytest.mark.parametrize("name", PARSERS)


@every_parser
@given(text=cells)
def test_no_text_is_too_odd(name: str, text: str) -> None:
    reading = PARSERS[name](text)

    assert (reading.content is not None) == (reading.standing in (Standing.SURE, Standing.UNSURE))


@every_parser
@given(text=cells)
def test_a_normalised_value_reads_as_itself(name: str, text: str) -> None:
    content = PARSERS[name](text).content

    if content is not None:
        assert PARSERS[name](content.text).content == content


@every_parser
@pytest.mark.parametrize(
    "text", ["1" * 5000, "一" * 5000, "，" * 5000, "1-" * 3000, "a@" * 3000, "(" * 5000, "20-" * 3000]
)
def test_endless_cells_are_no_values(name: str, text: str) -> None:
    assert PARSERS[name](text).content is None


@given(
    texts=st.fixed_dictionaries(dict.fromkeys(("number", "pay", "mode", "phone", "email", "post"), cells)), city=cells
)
def test_what_was_written_stays_beside_its_meaning(texts: dict[str, str], city: str) -> None:
    row = Row(3, "某单位", city, texts)

    values = of_row(row, a_table(1, [row]), the_real_rulebook())

    assert {key: value.written for key, value in values.items() if key != "city"} == {
        key: text for key, text in texts.items() if key != "post" and text.strip()
    }
    assert row.cells == texts
