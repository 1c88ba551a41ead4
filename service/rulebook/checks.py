"""checks.toml: what happens when a check finds something."""

import re
from collections.abc import Mapping
from typing import Final

from service.domain.judgement import Severity
from service.domain.rules import CheckSetting
from service.rulebook.problems import did_you_mean, shorten
from service.rulebook.sections import Document, Section

_CODE: Final = re.compile(r"[A-Z]\d{3}")
_LOOKALIKES: Final = str.maketrans("OILZSB", "011258")


def read_checks(document: Document, packaged: Document | None) -> Mapping[str, CheckSetting]:
    """One setting per code: the packaged ones, overruled by the folder's own."""
    known = dict(_settings(packaged, None)) if packaged else {}
    return known | _settings(document, known or None)


def _settings(document: Document, known: Mapping[str, CheckSetting] | None) -> dict[str, CheckSetting]:
    root = document.root()
    found: dict[str, CheckSetting] = {}
    for written in root.values:
        code = written.upper()
        is_known = code in known if known is not None else _CODE.fullmatch(code) is not None
        if not is_known:
            root.problem(written, f"没有“{shorten(written)}”这项检查", _nearest(code, known))
        elif code in found:
            root.problem(written, f"“{code}”写了两次", "请删去一处")
        else:
            found[code] = _setting(root, written, code, known.get(code) if known else None)
    return found


def _nearest(code: str, known: Mapping[str, CheckSetting] | None) -> str:
    told = did_you_mean(code[:1] + code[1:].translate(_LOOKALIKES), known or ())
    return told if told.startswith("是否") else "请写检查的代码，例如 F212"


def _setting(root: Section, key: str, code: str, usual: CheckSetting | None) -> CheckSetting:
    severity = usual.severity if usual else Severity.REMARK
    source = f"{root.document.name}:{root.document.line_of((*root.path, key))}"
    if isinstance(root.values[key], str):  # F213 = "remark"
        return CheckSetting(code, root.one_of(key, Severity, severity), source=source)
    section = root.section(key)
    section.ask("meaning")
    limits = section.section("limits")
    enabled = section.flag("enabled")
    setting = CheckSetting(
        code=code,
        severity=section.one_of("severity", Severity, severity),
        enabled=True if enabled is None else enabled,
        limits={**(usual.limits if usual else {}), **_limits(limits, usual)},
        source=source,
    )
    section.close()
    return setting


def _limits(section: Section, usual: CheckSetting | None) -> dict[str, int]:
    """The numbers of a check; only the names that the packaged file knows."""
    limits = {key: section.whole(key) for key in section.values if usual is None or key in usual.limits}
    if usual:
        section.asked.update(usual.limits)
        section.close()
    return {key: value for key, value in limits.items() if value is not None}
