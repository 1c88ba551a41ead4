"""Whole mails with a letter packed as people do: `python -m benchmarks.letter_mails [--held-out] [--mails N]`.

Each is judged as `explain` judges it. Right: accepted, every file in its role, the letter's pages in order, signer,
number and date as written. Open: the same, but staff look. Anything else is wrong and is printed.
"""

import argparse
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from service.bench import open_bench
from service.defaults import rules_folder
from service.demo.world import lay_over
from service.domain.judgement import Judgement, Verdict
from service.domain.submission import Role
from tests.specimens.letters import wording
from tests.specimens.letters.mails import PACKINGS, WholeMail, a_mail
from tests.specimens.letters.making import DEVELOPMENT, HELD_OUT


def faults(mail: WholeMail, judgement: Judgement) -> Iterator[str]:
    """What a person would have done otherwise; looking at a field that was left open is no fault."""
    roles = {item.path: item.role for item in judgement.dossier.submission.attachments}
    for name, role in (*((name, Role.COVER_LETTER) for name in mail.letter_files), (mail.form_file, Role.FORM)):
        found = [role for path, role in roles.items() if path.endswith(name)]
        if found != [role]:
            yield f"{name} is {found}"
    letter = judgement.dossier.letter
    if letter is None:
        yield "no letter"
        return
    if [path.rpartition("/")[2] for path in letter.attachments] != list(mail.letter_files):
        yield f"pages are {letter.attachments}"
    number = wording.plain_number(mail.plan.number) if mail.plan.number else None
    for said, seen in ((mail.plan.day, letter.date), (number, letter.document_number)):
        if seen is not None and seen != said:
            yield f"{said} was read as {seen}"
    if (unit := judgement.decision.route.unit) != mail.plan.organ.name:
        yield f"{mail.plan.organ.name} is taken for {unit}"
    if judgement.decision.verdict not in (Verdict.ACCEPTED, Verdict.STAFF_REVIEW):
        yield f"verdict {judgement.decision.verdict}"


def main() -> None:
    """Print a line for each packing, and whatever is wrong."""
    options = argparse.ArgumentParser()
    options.add_argument("--held-out", action="store_true")
    options.add_argument("--mails", type=int, default=len(PACKINGS))
    options.add_argument("--first", type=int, default=0)
    asked = options.parse_args()
    first = (HELD_OUT if asked.held_out else DEVELOPMENT) + asked.first
    counts = {packing: Counter[str]() for packing in PACKINGS}
    with tempfile.TemporaryDirectory() as folder:
        rules = Path(folder) / "rules"
        shutil.copytree(rules_folder(), rules)
        lay_over(rules)
        with open_bench(None, rules) as bench:
            for seed in range(first, first + asked.mails):
                mail = a_mail(seed)
                judgement = bench.judge(mail.content, mail.received)
                found = list(faults(mail, judgement))
                accepted = judgement.decision.verdict is Verdict.ACCEPTED
                counts[mail.packing]["wrong" if found else "right" if accepted else "open"] += 1
                codes = [finding.code for finding in judgement.decision.findings]
                if found or not accepted:
                    print(f"    {mail.packing} {seed}: {'; '.join(found) or 'staff look'} {codes}", flush=True)
    for packing, one in counts.items():
        print(f"{packing:30} right {one['right']} open {one['open']} wrong {one['wrong']}")


if __name__ == "__main__":
    main()
