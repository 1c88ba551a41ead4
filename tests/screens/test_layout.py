"""Every letter laid out in Chromium on telephones and desks, in light and in dark, with and without its style sheet."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.screens.browser import Browser
from tests.screens.situations import SIMPLE, as_sent, every_letter, inside_webmail, without_style

pytestmark = pytest.mark.screens
FAULTS = (Path(__file__).parent / "measures.js").read_text("utf-8")
PHONE, SMALL_PHONE, DESK = 390, 320, 820
ONE_SCREEN = 844
HEIGHT = "document.querySelector('table').getBoundingClientRect().height"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [SMALL_PHONE, PHONE, DESK])
@pytest.mark.parametrize("shown", [as_sent, without_style, inside_webmail])
@pytest.mark.parametrize("name", every_letter())
def test_all_is_on_the_screen_legible_and_asks_nothing_of_the_network(
    name: str, shown: Callable[[str], str], width: int, dark: bool, browser: Browser
) -> None:
    browser.show(shown(every_letter()[name].html), width, dark)

    assert browser.run(FAULTS) == []
    assert browser.requests == []


@pytest.mark.parametrize("shown", [as_sent, without_style])
@pytest.mark.parametrize("name", SIMPLE)
def test_a_simple_letter_is_one_screen_of_a_telephone(name: str, shown: Callable[[str], str], browser: Browser) -> None:
    browser.show(shown(every_letter()[name].html), PHONE)

    assert browser.run(HEIGHT) <= ONE_SCREEN


PAGE = '<meta name="viewport" content="width=device-width"><body style="margin:0;font-size:14px">{}</body>'


@pytest.mark.parametrize(
    ("page", "told"),
    [
        pytest.param("<div style='width:400px'>看</div>", "wider than the screen", id="too_wide"),
        pytest.param("<div style='width:300px;white-space:nowrap'>" + "长" * 40 + "</div>", "beyond", id="runs_out"),
        pytest.param("<div style='height:20px;overflow:hidden'>一<br>二<br>三</div>", "beyond its cell", id="clipped"),
        pytest.param("<p style='font-size:13px'>小</p>", "small, 13px", id="small"),
        pytest.param("<p style='color:#999'>淡</p>", "faint, 2.85", id="faint"),
        pytest.param("<p>上</p><p style='margin-top:-30px'>下</p>", "overlaps", id="overlapping"),
        pytest.param("<p style='width:15px;word-break:break-all'>table.xlsx</p>", "squeezed", id="squeezed"),
        pytest.param("<p style='visibility:hidden'>藏</p>", "not to be seen", id="hidden"),
    ],
)
def test_what_is_measured_is_told_when_it_is_wrong(page: str, told: str, browser: Browser) -> None:
    browser.show(PAGE.format(page), PHONE)

    assert any(fault.startswith(told) for fault in browser.run(FAULTS)), browser.run(FAULTS)


def test_a_page_that_asks_for_a_picture_is_caught(browser: Browser) -> None:
    browser.show(PAGE.format('<img src="http://pictures.example/a.png">'), PHONE)
    browser.run("new Promise(done => setTimeout(done, 0))")

    assert browser.requests == ["http://pictures.example/a.png"]
