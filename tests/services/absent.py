"""What to do where a service is not installed: skip with the reason, or fail when the run promised to have it."""

import os
from typing import NoReturn

import pytest


def absent(service: str, reason: str) -> NoReturn:
    """Skip the test; with SUPPORTDESK_REQUIRE_SERVICES=1 fail it, so that CI cannot pass by testing nothing."""
    if os.environ.get("SUPPORTDESK_REQUIRE_SERVICES") == "1":
        pytest.fail(f"{service} is required here and missing: {reason}", pytrace=False)
    pytest.skip(f"{service}: {reason}")
