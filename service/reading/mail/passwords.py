"""Passwords that a mail states plainly for the files it brings: 解压密码：2020kjj."""

import re

_STATED = re.compile(
    r"(?:密\s*码|口\s*令|passwords?|passwd|pwd)\s*(?:均|都)?\s*(?:是|为|[:：=])?\s*[“\"'‘「【]?([!-~]{3,40})",
    re.IGNORECASE,
)
_MOST = 5
_AROUND = "\"'“”‘’」】）)。，,;；"


def passwords_in(*texts: str) -> tuple[str, ...]:
    """What could be a password, as written and without the punctuation after it; at most a few."""
    found: list[str] = []
    for text in texts:
        for stated in _STATED.finditer(text):
            found += [stated[1], stated[1].strip(_AROUND), stated[1].rstrip(_AROUND + ".!?")]
    return tuple(dict.fromkeys(word for word in found if word))[:_MOST]
