"""What is looked at in a submission: one module, one code, one question. All findings at once, never the first only.

To add a check: write its module, register it here in the order in which letters name findings, give it its
sentences in mail_templates/findings.toml and its severity in rules/checks.toml.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from service.checks import (
    a301_link_instead_of_file,
    a302_archive_damaged,
    a303_refused,
    a304_empty_file,
    a305_unknown_kind,
    a306_macros,
    c701_campaign_not_clear,
    f201_form_missing,
    f202_form_only_scanned,
    f203_form_not_readable,
    f204_password,
    f205_no_table_recognised,
    f206_all_tables_empty,
    f207_table_absent,
    f210_question_unanswered,
    f211_contradictory_answer,
    f212_text_missing,
    f213_text_too_long,
    f214_group_not_chosen,
    f215_text_although_no,
    f220_row_without_unit,
    f221_row_of_another_city,
    f222_row_twice,
    f223_not_of_its_kind,
    f224_replaces_or_adds,
    f230_stated_count,
    l101_cover_letter_missing,
    l102_letter_not_readable,
    l103_letter_not_scanned,
    l104_no_seal,
    l105_seal_not_verifiable,
    l106_letter_of_another_unit,
    l107_letter_to_another_body,
    r401_must_report_through_city,
    r402_unit_not_known,
    r403_evidence_contradicts,
    r404_sub_unit,
    s601_authentication_failed,
    s602_unregistered_mailbox,
    t501_late,
)
from service.checks.seen import Check, Seen
from service.domain.judgement import Dossier, Finding, Route, Severity
from service.domain.rules import CheckSetting, Rulebook

if TYPE_CHECKING:
    from service.checks.wording import Wording

ALL: tuple[Check, ...] = (
    c701_campaign_not_clear,
    l101_cover_letter_missing,
    l103_letter_not_scanned,
    l102_letter_not_readable,
    l104_no_seal,
    l105_seal_not_verifiable,
    l106_letter_of_another_unit,
    l107_letter_to_another_body,
    f201_form_missing,
    f202_form_only_scanned,
    f203_form_not_readable,
    f204_password,
    f205_no_table_recognised,
    f206_all_tables_empty,
    f207_table_absent,
    a301_link_instead_of_file,
    a302_archive_damaged,
    a303_refused,
    a304_empty_file,
    f220_row_without_unit,
    f210_question_unanswered,
    f211_contradictory_answer,
    f214_group_not_chosen,
    f212_text_missing,
    f213_text_too_long,
    f215_text_although_no,
    f221_row_of_another_city,
    f222_row_twice,
    f223_not_of_its_kind,
    f224_replaces_or_adds,
    f230_stated_count,
    r401_must_report_through_city,
    r402_unit_not_known,
    r403_evidence_contradicts,
    r404_sub_unit,
    s601_authentication_failed,
    s602_unregistered_mailbox,
    t501_late,
    a305_unknown_kind,
    a306_macros,
)
"""Every check, in reply order."""


def run_all(dossier: Dossier, route: Route, rulebook: Rulebook, wording: "Wording") -> tuple[Finding, ...]:
    """Every finding of every check that the rules have switched on, in reply order."""
    return tuple(_findings(dossier, route, rulebook, wording))


def run_first(dossier: Dossier, route: Route, rulebook: Rulebook, wording: "Wording") -> tuple[Finding, ...]:
    """What is found out before anything else of a mail is looked at: whether it is clear whose it is."""
    return tuple(_findings(dossier, route, rulebook, wording, (c701_campaign_not_clear,)))


def _findings(
    dossier: Dossier, route: Route, rulebook: Rulebook, wording: "Wording", wanted: tuple[Check, ...] = ALL
) -> Iterator[Finding]:
    for check in wanted:
        setting = rulebook.checks.get(check.CODE)
        if setting is None or not setting.enabled:
            continue
        for seen in check.check(dossier, route, rulebook):
            message = wording.sentence(check.CODE, seen, rulebook)
            yield Finding(check.CODE, message, seen.place, _severity(setting, seen), seen.variant)


def _severity(setting: CheckSetting, seen: Seen) -> Severity:
    """The rules' severity; a check that is not sure never asks the submitter."""
    asks = setting.severity is Severity.CORRECT
    return seen.soften if asks and seen.soften is not None else setting.severity
