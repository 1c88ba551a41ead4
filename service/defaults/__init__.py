"""The rules, templates and configuration that ship with the service: inside the wheel, or at the top of a checkout."""

from pathlib import Path

_PACKAGED = Path(__file__).parent
_CHECKOUT = _PACKAGED.parents[1]


def _find(name: str) -> Path:
    packaged = _PACKAGED / name
    return packaged if packaged.exists() else _CHECKOUT / name


def rules_folder() -> Path:
    """The rules of the 2020 notice."""
    return _find("rules")


def templates_folder() -> Path:
    """The letters, in Chinese."""
    return _find("mail_templates")


def config_example() -> Path:
    """A configuration to start from."""
    return _find("config.example.toml")
