"""For all tests."""

import os

from hypothesis import HealthCheck, settings

# How long an example takes says more of the machine than of the code. CI takes the same examples each time, so that
# what fails there was changed there; anybody else looks at new ones with every run.
settings.register_profile("usual", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("usual"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "usual")
