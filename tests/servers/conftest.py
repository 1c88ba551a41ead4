"""The contract runs against both flavours of servers; the real ones only when asked for: pytest -m real_servers."""

from collections.abc import Iterator

import pytest

from tests.servers.certificates import Certificates, make_certificates
from tests.servers.pair import ServerPair, in_process
from tests.servers.postgres import Postgres, postgres
from tests.servers.real import RealServers


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without a word about them, the real servers are left out (deselected, not skipped)."""
    if "real_servers" in (config.option.markexpr or ""):
        return
    left_out = [item for item in items if item.get_closest_marker("real_servers")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("real_servers")]


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def real_servers(certificates: Certificates) -> Iterator[RealServers]:
    with RealServers(certificates) as servers:
        yield servers


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    with postgres() as server:
        yield server


@pytest.fixture(params=["in_process", pytest.param("dovecot_postfix", marks=pytest.mark.real_servers)])
def servers(request: pytest.FixtureRequest, certificates: Certificates) -> Iterator[ServerPair]:
    """A pair of servers without mail."""
    yield from serving(request, certificates)


def serving(request: pytest.FixtureRequest, certificates: Certificates) -> Iterator[ServerPair]:
    if request.param == "dovecot_postfix":
        real: RealServers = request.getfixturevalue("real_servers")
        real.empty()
        yield real
    else:
        with in_process(certificates.server_context(certificates.good)) as pair:
            yield pair
