"""Whether two written names are one: width, spaces and brackets do not matter."""

import unicodedata


def same_name(name: str) -> str:
    """A name's form for comparing."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
