"""A line of `doctor`."""

from collections.abc import Callable
from dataclasses import dataclass

from service.errors import ServiceError


@dataclass(frozen=True, slots=True)
class Sign:
    """One line: good, a warning, or a failure with the exit code it would give."""

    name: str
    text: str
    code: int = 0
    warning: bool = False

    @property
    def mark(self) -> str:
        return "✗" if self.code else ("!" if self.warning else "✓")


def attempt(name: str, look: Callable[[], str]) -> Sign:
    """What was found, or why nothing could be; never raises."""
    try:
        return Sign(name, look())
    except ServiceError as error:
        return Sign(name, str(error), error.exit_code)
    except Exception as error:
        return Sign(name, f"{type(error).__name__}：{error}", 1)
