"""What a backup holds: written last, so that a backup without it is not whole."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from service.durable import files_below, sha256_of, write_file
from service.errors import BackupUnusable
from service.settings import Settings

MANIFEST = "manifest.json"
DATABASE, KEY, CONFIG = "records.db", "signing.key", "config.toml"
RULES, TEMPLATES, KEPT = "rules", "mail_templates", "kept_rules"
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """One backup. made: when the database was copied; what came later may be in the archive and nowhere else."""

    format: int
    made: str  # ISO 8601, UTC
    program: str
    state: str  # the folder's name
    database: str | None  # SHA-256; None: it lies on a server and is not part of the backup
    files: dict[str, str]  # of the state: path -> SHA-256
    counts: dict[str, int]  # mails, readings, cases, letters
    damaged: tuple[str, ...] = ()  # mails that were damaged in the archive already, and are missing here

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.made)


def folders_of(settings: Settings) -> dict[str, Path]:
    """The folders of rules and templates, by their names in a backup; of several campaigns each under its own."""
    found: dict[str, Path] = {}
    for campaign in settings.campaigns:
        own = f"@{campaign.campaign_name}" if campaign.campaign_name else ""
        found[f"{RULES}{own}"] = campaign.rules_dir
        if campaign.templates_dir not in found.values():
            found[f"{TEMPLATES}{own if TEMPLATES in found else ''}"] = campaign.templates_dir
    return found


def describe(state: Path, made: datetime, program: str, counts: dict[str, int], damaged: tuple[str, ...]) -> Manifest:
    """The manifest of a finished state folder."""
    files = {str(file.relative_to(state)): sha256_of(file) for file in files_below(state)}
    return Manifest(_FORMAT, made.isoformat(), program, state.name, files.get(DATABASE), files, counts, damaged)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1, sort_keys=True)
    write_file(folder / MANIFEST, text.encode("utf-8"))


def read_manifest(folder: Path) -> Manifest:
    """Raises BackupUnusable when there is none that can be understood."""
    file = folder / MANIFEST
    try:
        told = json.loads(file.read_text("utf-8"))
        found = Manifest(**{**told, "damaged": tuple(told["damaged"])})
        known = found.format == _FORMAT and found.moment.tzinfo is not None and found.state.startswith("state-")
    except FileNotFoundError:
        raise BackupUnusable(f"备份 {folder}", f"没有 {MANIFEST}，这份备份不完整", "请换一份备份") from None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BackupUnusable(f"备份 {file}", f"读不懂（{error}）", "请换一份备份") from error
    if not known or "/" in found.state:
        raise BackupUnusable(f"备份 {file}", "不是本版程序认识的格式", "请使用较新的程序")
    return found
