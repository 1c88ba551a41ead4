"""岭海省: an invented province with its cities, units and campaign, as plain data.

Its whole content is three files of a rules folder (`service/demo/rules/`): laid over the packaged rules they make
the service work for a province that does not exist, so that no example ever shows a real organ's name or seal.
"""

import csv
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

COLLECTION_ADDRESS = "zhengji@ste.linghai.example"
MAIL_HOST = "mx.ste.linghai.example"  # whose Received and Authentication-Results fields the mailbox's server writes
FREE_MAIL = "freemail.example"  # stands for 163, QQ and the like


@dataclass(frozen=True, slots=True)
class Sender:
    """Somebody who may report: a city bureau or a unit, as the directory knows it."""

    name: str
    city: str
    route: str  # city_bureau, direct, via_city, ask
    domains: tuple[str, ...]
    addresses: tuple[str, ...]
    letter_prefix: str
    other_names: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """A mailbox of this sender: a registered one if there is any, else one at its domain, else free mail."""
        if self.addresses:
            return self.addresses[0]
        return f"kjc@{self.domains[0]}" if self.domains else f"baosong@{FREE_MAIL}"


@dataclass(frozen=True, slots=True)
class World:
    """The invented province. Order is that of the files."""

    province: str
    department: str
    seat_city: str
    staff: tuple[str, ...]
    bureaus: tuple[Sender, ...]
    units: tuple[Sender, ...]

    def bureau_of(self, city: str) -> Sender:
        """The bureau that reports for a city; KeyError for a city of another province."""
        return {bureau.city: bureau for bureau in self.bureaus}[city]

    def unit(self, name: str) -> Sender:
        """A unit of the directory; KeyError when it is not there."""
        return {unit.name: unit for unit in self.units}[name]

    def units_by_route(self, route: str) -> tuple[Sender, ...]:
        return tuple(unit for unit in self.units if unit.route == route)


def rules_overlay() -> Iterator[Traversable]:
    """The files that turn a copy of the packaged rules into those of the invented province."""
    folder = files("service.demo").joinpath("rules")
    return (entry for entry in folder.iterdir() if entry.name.endswith((".csv", ".toml")))


def lay_over(rules_dir: Path) -> None:
    """Put the invented province into a rules folder, replacing the files of the same names."""
    for entry in rules_overlay():
        (rules_dir / entry.name).write_bytes(entry.read_bytes())


def the_world() -> World:
    """Read the invented province from its files."""
    folder = files("service.demo").joinpath("rules")
    campaign = tomllib.loads(folder.joinpath("campaign.toml").read_text("utf-8"))
    return World(
        province=campaign["campaign"]["province"],
        department=campaign["campaign"]["department"],
        seat_city=campaign["campaign"]["seat_city"],
        staff=tuple(campaign["people"]["staff"]),
        bureaus=tuple(_bureau(line) for line in _lines(folder.joinpath("cities.csv"))),
        units=tuple(_unit(line) for line in _lines(folder.joinpath("units.csv"))),
    )


def _lines(file: Traversable) -> Iterator[dict[str, str]]:
    return csv.DictReader(file.read_text("utf-8").splitlines())


def _bureau(line: dict[str, str]) -> Sender:
    return Sender(
        name=line["bureau"],
        city=line["city"],
        route="city_bureau",
        domains=_several(line["domains"]),
        addresses=_several(line["addresses"]),
        letter_prefix=line["letter_prefix"],
        other_names=_several(line["other_bureau_names"]),
    )


def _unit(line: dict[str, str]) -> Sender:
    return Sender(
        name=line["name"],
        city=line["seat_city"],
        route=line["route"],
        domains=_several(line["domains"]),
        addresses=_several(line["addresses"]),
        letter_prefix="",
        other_names=_several(line["aliases"]),
    )


def _several(value: str) -> tuple[str, ...]:
    return tuple(part for part in value.split("|") if part)
