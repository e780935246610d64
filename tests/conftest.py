"""Every test starts in an empty home, in UTC, in English, with nothing of the developer's own settings."""

import os
import signal
from pathlib import Path

import pytest

pytest_plugins = [
    "tests.services.certificates",
    "tests.services.dovecot",
    "tests.services.oauth",
    "tests.services.proxy",
    "tests.services.pymap",
    "tests.services.smtp",
    "tests.services.stores",
]

KEPT = ("SUPPORTDESK_REQUIRE_SERVICES", "SUPPORTDESK_TEST_POSTGRES")
XDG = {
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state",
    "XDG_CACHE_HOME": ".cache",
    "XDG_RUNTIME_DIR": ".run",
}


def pytest_configure(config: pytest.Config) -> None:
    """Some test servers take a password without TLS, on this machine only, and warn of it.

    A shell has what it starts in the background ignore Ctrl-C, and every program under test would inherit that.
    """
    config.addinivalue_line("filterwarnings", "ignore:Requiring AUTH while not requiring TLS:UserWarning")
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that may take longest first: or all would wait for them at the end."""
    items.sort(key=_limit, reverse=True)


def _limit(item: pytest.Item) -> float:
    """Seconds of a test with a time limit of its own."""
    marker = item.get_closest_marker("timeout")
    return float(marker.args[0]) if marker else 0.0


@pytest.fixture(autouse=True)
def clean_environment(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home directory of the test."""
    home = tmp_path_factory.mktemp("home")
    for name in [name for name in os.environ if name.startswith("SUPPORTDESK_") and name not in KEPT]:
        monkeypatch.delenv(name)
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "CREDENTIALS_DIRECTORY", "NO_COLOR", "EDITOR", "VISUAL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    for name, place in XDG.items():
        monkeypatch.setenv(name, str(home / place))
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    return home
