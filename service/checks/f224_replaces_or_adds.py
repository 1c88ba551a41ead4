"""F224: a table came again with other rows, and the mail does not say whether they replace or add.

A person decides; both sets of rows are kept until then, and it is told with every further mail of the case. Silent
when the mail says 更正 or 补充, when we had asked for the table, when no earlier row would be lost, and for the next
file of a bureau that sends one file per unit.
"""

from collections.abc import Iterator

from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Place, Route
from service.domain.rules import Rulebook

CODE = "F224"
EXPLANATION = """
同一张表再次报来，行与此前收到的不同，来信又没有说明是更正还是补充时，或市局只重报少数单位而说“以此为准”时，两次的行都留存，交工作人员认定；
写信时间早于已收到的来信的，也是这样。在来信说明或工作人员认定以前，此后的来件也照此提示。
来信写明“更正”“以此为准”“补充”等的，按所说办理；我们要求更正的表，原有各行都在、只是有改动或增加的，以及市局一个单位一个文件接着报来的，不算。
"""
SENTENCES: Sentences = {"default": ("table",)}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    for number in dossier.undecided:
        form = rulebook.forms.table(number)
        label = form.label if form else str(number)
        attachment = next((t.attachment for t in dossier.submission.tables if t.number == number), None)
        yield Seen(Place(attachment, number), values={"table": label})
