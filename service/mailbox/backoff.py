"""How long to wait before the next try."""

import random


class Backoff:
    """Doubles with every failure up to a ceiling, with jitter so that several clients do not return together."""

    def __init__(self, first: float = 1.0, ceiling: float = 600.0, chance: random.Random | None = None) -> None:
        self._first = first
        self._ceiling = ceiling
        self._chance = chance or random.Random()
        self._failures = 0

    def failed(self) -> float:
        """Seconds to wait after one more failure: between half the step and the whole step."""
        step = min(self._ceiling, self._first * 2.0 ** min(self._failures, 30))
        self._failures += 1
        return step * self._chance.uniform(0.5, 1.0)

    def succeeded(self) -> None:
        """Start from the beginning."""
        self._failures = 0
