"""R401: the unit must report through its city bureau (notice section 三, paragraph 四).

The mail is kept and its sender is told which bureau consolidates the city.
"""

from collections.abc import Iterator

from service.checks.seen import Seen, Sentences
from service.domain.judgement import Channel, Dossier, Route
from service.domain.rules import Rulebook

CODE = "R401"
EXPLANATION = """
单位应由所在市科技主管部门汇总报送时，回复转报通知。
来件照样登记；不再要求补正材料，因为材料要报到别处。
"""
SENTENCES: Sentences = {"default": ("unit", "bureau"), "no_bureau": ("unit",)}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    if route.channel is not Channel.VIA_CITY:
        return
    unit = route.unit or ""
    if route.report_to is None:
        yield Seen(variant="no_bureau", values={"unit": unit})
    else:
        yield Seen(values={"unit": unit, "bureau": route.report_to})
