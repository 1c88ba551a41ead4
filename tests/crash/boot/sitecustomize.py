"""Put on PYTHONPATH by the crash tests: gives `python -m service` its kill points before the first import of ours."""

from tests.crash import dying

dying.prepare()
