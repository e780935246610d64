"""Every place supportdesk keeps something on this machine, in one list.

The XDG directories of the user; ``SUPPORTDESK_CONFIG`` names another config file, and the key map is beside it.
Nothing is created by asking for a path.
"""

import os
from dataclasses import asdict, dataclass
from pathlib import Path

APP = "supportdesk"


@dataclass(frozen=True, slots=True)
class Paths:
    """Absolute paths. ``store`` is where the desk is kept when nobody names another store."""

    config: Path
    keys: Path
    data: Path
    store: Path
    state: Path
    log: Path

    def shown(self) -> dict[str, str]:
        """Name and path of each, for ``supportdesk paths``."""
        return {name: str(path) for name, path in asdict(self).items()}


def paths() -> Paths:
    """The paths as the environment has them now."""
    from platformdirs import PlatformDirs

    dirs = PlatformDirs(APP, appauthor=False)
    named = os.environ.get("SUPPORTDESK_CONFIG")
    config = Path(named).expanduser().absolute() if named else dirs.user_config_path / "config.toml"
    return Paths(
        config=config,
        keys=config.parent / "keys.toml",
        data=dirs.user_data_path,
        store=dirs.user_data_path / "desk.db",
        state=dirs.user_state_path,
        log=dirs.user_state_path / f"{APP}.log",
    )


def private_directory(path: Path) -> Path:
    """``path``, created for this user alone: mail and logs are nobody else's business."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path
