"""The configuration file: read once, validated whole, frozen. Promises that every problem is named at once,
with its key, what was seen and what to do, and that no secret is ever printed."""

import os
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from service.errors import ConfigurationInvalid

Security = Literal["tls", "starttls", "plain"]
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CampaignSection(_Section):
    rules_dir: str = Field(min_length=1)
    templates_dir: str = ""  # empty: that of [service]


class _Server(_Section):
    """What every server section has: where, how secured, as whom."""

    host: str = Field(min_length=1)
    port: Annotated[int, Field(ge=1, le=65535)]
    security: Security = "tls"
    ca_file: str = ""
    username: str = ""
    password_file: str = ""
    password_env: str = ""
    timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 60


class ServiceSection(_Section):
    data_dir: str = "data"
    rules_dir: str = "rules"
    templates_dir: str = "mail_templates"
    poll_seconds: Annotated[int, Field(ge=1, le=86400)] = 60
    digest_at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "08:30"
    max_mail_mb: Annotated[int, Field(ge=1, le=1000)] = 80
    rules_by_mail: bool = False


class MailboxSection(_Server):
    name: str = Field(min_length=1)
    folder: str = "INBOX"
    filing: Literal["move", "flag", "leave"] = "move"
    authserv_id: str = ""  # whose Authentication-Results are believed; empty: nobody's


class SmtpSection(_Server):
    sender: str = Field(alias="from", min_length=3)
    letters_per_address_and_day: Annotated[int, Field(ge=1)] = 50
    letters_per_case_and_day: Annotated[int, Field(ge=1)] = 50
    letters_per_hour: Annotated[int, Field(ge=1)] = 3000
    correction_wait_seconds: Annotated[int, Field(ge=0, le=3600)] = 60
    evidence: Literal["auto", "copy", "sent", "none"] = "auto"  # what tells that a letter was taken, see `evidence`


Handling = Literal["send", "draft"]


class LettersSection(_Section):
    """Which letters leave by themselves, and which wait until staff release them."""

    receipt: Handling = "send"
    correction: Handling = "send"
    redirect: Handling = "send"
    handover: Handling = "send"
    reminder: Handling = "draft"  # the only letter that answers nothing

    @property
    def drafts(self) -> frozenset[str]:
        return frozenset(kind for kind, handling in self if handling == "draft")


class DatabaseSection(_Section):
    url: str = "sqlite:///data/records.db"


class _File(_Section):
    service: ServiceSection = ServiceSection()
    campaign: tuple[CampaignSection, ...] = ()
    mailbox: tuple[MailboxSection, ...] = ()
    smtp: SmtpSection | None = None
    letters: LettersSection = LettersSection()
    database: DatabaseSection = DatabaseSection()


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the rules and letters of one of several campaigns lie, and the name of what is kept of them."""

    rules_dir: Path
    templates_dir: Path
    name: str


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole configuration with its paths made absolute and its secrets fetched.

    Of several campaigns these are the first's folders; `campaigns` gives the configuration as each of them has it.
    """

    file: Path | None
    data_dir: Path
    rules_dir: Path
    templates_dir: Path
    poll_seconds: int
    digest_at: str
    max_mail_bytes: int
    mailboxes: tuple[MailboxSection, ...]
    smtp: SmtpSection | None
    rules_by_mail: bool
    drafts: frozenset[str]
    """Kinds of letters that staff release."""
    database_url: str
    secrets: MappingProxyType[str, str] = field(repr=False)
    """Passwords by mailbox name, and "smtp"."""
    warnings: tuple[str, ...] = ()
    others: tuple[Folders, ...] = ()
    """Of the campaigns behind the first."""
    campaign_name: str = ""
    """Under which a campaign's rules are kept, beside others'; "" for the only one."""

    @property
    def campaigns(self) -> "tuple[Settings, ...]":
        """The configuration as each campaign has it, in the order of their sections."""
        first = replace(self, others=())
        others = (
            replace(first, rules_dir=other.rules_dir, templates_dir=other.templates_dir, campaign_name=other.name)
            for other in self.others
        )
        return first, *others

    def path(self, text: str) -> Path | None:
        """A path of the configuration, relative to its file; None for ""."""
        return _absolute(self.file.parent if self.file else Path.cwd(), text) if text else None


def load_settings(file: Path, *, for_servers: bool = True) -> Settings:
    """Read a configuration file. Raises ConfigurationInvalid with all problems.

    for_servers: false leaves passwords unread, for what an admin or staff may do who must not see them.
    """
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ConfigurationInvalid(
            str(file), ("没有这个文件",), "用 collection-mailbox init 目录 可生成一份，或用 --config 指明"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationInvalid(str(file), (f"无法读取（{error}）",)) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationInvalid(str(file), (f"不是正确的 TOML（{error}）",)) from None
    try:
        parsed = _File.model_validate(raw)
    except ValidationError as error:
        raise ConfigurationInvalid(str(file), tuple(_problems(error))) from None
    return _settle(file, parsed, for_servers)


def _settle(file: Path, parsed: _File, for_servers: bool) -> Settings:
    folder = file.parent.resolve()
    secrets, warnings, problems = _secrets(folder, parsed) if for_servers else ({}, [], [])
    folders = _folders(folder, parsed)
    problems += [*_contradictions(parsed), *_unused_rules(folder, parsed), *_same_folders(folders)]
    if problems:
        raise ConfigurationInvalid(str(file), tuple(problems))
    first, *others = folders
    return Settings(
        file=file.resolve(),
        data_dir=_absolute(folder, parsed.service.data_dir),
        rules_dir=first.rules_dir,
        templates_dir=first.templates_dir,
        poll_seconds=parsed.service.poll_seconds,
        digest_at=parsed.service.digest_at,
        max_mail_bytes=parsed.service.max_mail_mb << 20,
        mailboxes=parsed.mailbox,
        smtp=parsed.smtp,
        rules_by_mail=parsed.service.rules_by_mail,
        drafts=parsed.letters.drafts,
        database_url=_database_url(folder, parsed.database.url),
        secrets=MappingProxyType(secrets),
        warnings=tuple(warnings),
        others=tuple(others),
        campaign_name=first.name if others else "",
    )


def _folders(folder: Path, parsed: _File) -> list[Folders]:
    """Of each campaign, those of [service] without a [[campaign]]."""
    service = parsed.service
    sections = parsed.campaign or (CampaignSection(rules_dir=service.rules_dir),)
    return [
        Folders(
            _absolute(folder, section.rules_dir),
            _absolute(folder, section.templates_dir or service.templates_dir),
            _name_of(_absolute(folder, section.rules_dir), folder),
        )
        for section in sections
    ]


def _name_of(rules_dir: Path, folder: Path) -> str:
    """The same wherever the configuration lies, as long as the rules lie beside it."""
    own = rules_dir.relative_to(folder) if rules_dir.is_relative_to(folder) else rules_dir
    return "_".join(part for part in own.parts if part != own.root) or "rules"


def _unused_rules(folder: Path, parsed: _File) -> Iterator[str]:
    """What [service] says of rules and no campaign follows: whoever wrote it believes it to be in force."""
    written = parsed.service.rules_dir
    used = {_absolute(folder, section.rules_dir) for section in parsed.campaign}
    if used and "rules_dir" in parsed.service.model_fields_set and _absolute(folder, written) not in used:
        yield (
            f"[service] rules_dir：有 [[campaign]] 时，“{written}”不起作用；"
            "仍要用它，请为它也写一节 [[campaign]]，不用的请删去这一行"
        )


def _same_folders(folders: Sequence[Folders]) -> Iterator[str]:
    places = [entry.rules_dir for entry in folders]
    for place in dict.fromkeys(places):
        if places.count(place) > 1:
            yield f"[[campaign]] rules_dir：{place} 出现了 {places.count(place)} 次；每项征集活动要有自己的规则文件夹"


def _absolute(folder: Path, text: str) -> Path:
    return (folder / Path(text).expanduser()).resolve()


def _database_url(folder: Path, url: str) -> str:
    prefix = "sqlite:///"
    if not url.startswith(prefix) or url == "sqlite:///:memory:":
        return url
    return prefix + str(_absolute(folder, url.removeprefix(prefix)))


def _secrets(folder: Path, parsed: _File) -> tuple[dict[str, str], list[str], list[str]]:
    found: dict[str, str] = {}
    warnings: list[str] = []
    problems: list[str] = []
    sections: list[tuple[str, _Server]] = [(m.name, m) for m in parsed.mailbox]
    if parsed.smtp:
        sections.append(("smtp", parsed.smtp))
    for name, section in sections:
        where = "[smtp]" if name == "smtp" else f"[[mailbox]] {name}"
        if section.password_file:
            _from_file(_absolute(folder, section.password_file), where, name, found, warnings, problems)
        elif section.password_env:
            if (value := os.environ.get(section.password_env)) is None:
                problems.append(f"{where} password_env：环境变量 {section.password_env} 没有设置")
            else:
                found[name] = value
        elif section.username:
            problems.append(f"{where}：写了 username，却没有 password_file 或 password_env；密码不能直接写在配置里")
    return found, warnings, problems


def _from_file(
    path: Path, where: str, name: str, found: dict[str, str], warnings: list[str], problems: list[str]
) -> None:
    try:
        found[name] = path.read_text(encoding="utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{where} password_file：{path} 无法读取（{type(error).__name__}）；请检查路径和权限")
        return
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        warnings.append(f"{where} password_file：{path} 的权限是 {mode:o}，其他用户也能读；请改为 600")


def _contradictions(parsed: _File) -> Iterator[str]:
    names = [m.name for m in parsed.mailbox]
    yield from (
        f"[[mailbox]] name：“{n}”出现了 {names.count(n)} 次；每个邮箱要有自己的名字"
        for n in dict.fromkeys(names)
        if names.count(n) > 1 or n == "smtp"
    )
    for where, section in [*((f"[[mailbox]] {m.name}", m) for m in parsed.mailbox), ("[smtp]", parsed.smtp)]:
        if section is not None and section.security == "plain" and section.host not in _LOOPBACK:
            yield f'{where} security：“plain”只许用于本机；到 {section.host} 请用 "tls" 或 "starttls"'


def _problems(error: ValidationError) -> Iterator[str]:
    for item in error.errors():
        loc = [str(part) for part in item["loc"]]
        where = _place(item["loc"])
        if item["type"] == "extra_forbidden":
            yield f"{where}：不认识这一项{_did_you_mean(loc)}"
        elif item["type"] == "missing":
            yield f"{where}：缺少这一项"
        else:
            facts = {name: str(value).replace(" or ", "、") for name, value in item.get("ctx", {}).items()}
            wanted = _WANTED.get(item["type"], item["msg"]).format(**facts)
            yield f"{where}：{wanted}（写的是 {_shown(loc, item['input'])}）"


_WANTED = {
    "int_parsing": "应为整数，不加引号",
    "int_type": "应为整数",
    "int_from_float": "应为整数",
    "float_parsing": "应为数字，不加引号",
    "float_type": "应为数字",
    "string_type": "应为加引号的文字",
    "bool_type": "应为 true 或 false，不加引号",
    "bool_parsing": "应为 true 或 false，不加引号",
    "string_too_short": "不能为空",
    "string_pattern_mismatch": "格式不对；时间写作 08:30 这样",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "应不小于 {ge}",
    "less_than_equal": "应不大于 {le}",
    "literal_error": "只能是 {expected}",
    "model_type": "应为一节，写作 [名称]",
    "tuple_type": "应为一节或几节，名称写在两层方括号里，如 [[mailbox]]",
}
"""What pydantic's kinds of error ask for."""


def _place(loc: tuple[int | str, ...]) -> str:
    """As it stands in the file: [[mailbox]] 第1个 port, [smtp] from."""
    section, *rest = loc
    if section in ("mailbox", "campaign") and rest and isinstance(rest[0], int):
        return " ".join([f"[[{section}]]", f"第{rest[0] + 1}个", *map(str, rest[1:])])
    return " ".join([f"[{section}]", *map(str, rest)]) if rest or section in _SECTIONS else str(section)


_SECTIONS: dict[str, type[BaseModel]] = {
    "service": ServiceSection,
    "campaign": CampaignSection,
    "mailbox": MailboxSection,
    "smtp": SmtpSection,
    "database": DatabaseSection,
}


def _did_you_mean(loc: list[str]) -> str:
    model = _SECTIONS.get(loc[0]) if len(loc) > 1 else None
    known = [f.alias or n for n, f in model.model_fields.items()] if model else list(_SECTIONS)
    close = get_close_matches(loc[-1], known, 1)
    return f"；是不是 {close[0]}？" if close else f"；可用的有 {'、'.join(known)}"


def _shown(loc: list[str], value: Any) -> str:
    secret = "password" in loc[-1] or not isinstance(value, str | int | float)  # a whole section may hold one
    return "（不显示）" if secret else repr(value)[:80]
