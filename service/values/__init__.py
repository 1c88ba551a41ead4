"""What people write in a cell, brought to one form: counts, money, dates, telephones, e-mail, choices, cities.

Pure. The reading keeps what was written; a normalised value stands beside it and never in its place. A parser
takes a cell only when it understands the whole of it: what it does not understand is unknown, never guessed.
"""

from service.values.columns import of_row
from service.values.kinds import (
    Chosen,
    CityName,
    Content,
    Count,
    Day,
    Emails,
    Money,
    Phones,
    Said,
    Standing,
    Value,
)

__all__ = [
    "Chosen",
    "CityName",
    "Content",
    "Count",
    "Day",
    "Emails",
    "Money",
    "Phones",
    "Said",
    "Standing",
    "Value",
    "of_row",
]
