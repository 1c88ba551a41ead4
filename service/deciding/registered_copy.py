"""Who gets a receipt besides the sender: the registered address of the unit, when another mailbox spoke for it.

Only a receipt, and only where the letter itself names the unit as the directory writes it: when it is not sure whose
the mail is, nobody gets a copy.
"""

from service.deciding.reply_address import is_answerable, people_inside
from service.domain.judgement import Authentication, Dossier, Letter, Route
from service.domain.mail import Address
from service.domain.rules import Rulebook
from service.routing import is_named_exactly


def copy_for(
    letter: Letter, to: Address, dossier: Dossier, route: Route, rulebook: Rulebook, own_addresses: frozenset[str]
) -> tuple[Address, ...]:
    """The registered address that gets a copy; empty when none does."""
    sure = route.known and not route.contradiction and is_named_exactly(route, rulebook)
    if letter is not Letter.RECEIPT or not sure or route.sender_is_registered:
        return ()
    if dossier.authentication is Authentication.FAILED or not _is_noted(rulebook):
        return ()
    taken = people_inside(rulebook, own_addresses) | {to.address.lower()}
    sender = dossier.submission.envelope.sender
    taken |= {sender.address.lower()} if sender else set()
    wanted = (Address("", address) for address in _registered(route.unit, rulebook))
    first = next((a for a in wanted if not rulebook.forbids(a.address)), None)
    return (first,) if first and is_answerable(first, taken) else ()


def _is_noted(rulebook: Rulebook) -> bool:
    """Admins who do not want to hear of unregistered mailboxes want no copies either."""
    setting = rulebook.checks.get("S602")
    return setting is not None and setting.enabled


def _registered(unit: str | None, rulebook: Rulebook) -> tuple[str, ...]:
    if line := rulebook.unit(unit):
        return line.addresses
    return next((city.addresses for city in rulebook.cities if city.bureau == unit), ())
