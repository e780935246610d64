"""Where passwords really are. The store and the config hold references; this turns one into the secret.

``env:NAME`` · ``file:/path`` (0600, or inside ``$CREDENTIALS_DIRECTORY``; a bare name is looked up there) ·
``cmd:["program","argument"]`` · ``keyring:service/user``. An error names what was tried and the fix, never the value.
Secrets that change by themselves are written back by ``store``, into a file or a keyring.
"""

import contextlib
import json
import os
import stat
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from supportdesk.domain.errors import DeskError, Invalid
from supportdesk.i18n import N_

COMMAND_SECONDS = 15.0
PRIVATE = 0o077  # the permission bits a secret's file must not have

# Backends that keep secrets with the operating system. Third-party ones may write them readably to a file.
REAL_KEYRINGS = frozenset(
    f"keyring.backends.{name}" for name in ("SecretService", "libsecret", "kwallet", "macOS", "Windows")
)


class SecretMissing(DeskError):
    """A reference leads to no secret."""


class SecretNotStored(SecretMissing):
    """A secret that changed could not be kept where its reference leads."""


def check(reference: str) -> None:
    """Raise ``Invalid`` unless ``reference`` has one of the four forms; looks nothing up."""
    rung, _, rest = reference.partition(":")
    if rung == "cmd":
        _command(rest)
    elif rung == "keyring":
        _service_and_user(rest)
    elif rung not in ("env", "file") or not rest:
        raise Invalid(  # the value may be a password typed in its place: it is not repeated
            N_("A secret is given by reference, not as itself."),
            hint=N_('Use env:NAME, file:/path (mode 0600), keyring:service/user or cmd:["program","argument"].'),
        )


def resolve(
    reference: str, *, environ: Mapping[str, str] = os.environ, command_seconds: float = COMMAND_SECONDS
) -> str:
    """The secret behind ``reference``. Raises ``SecretMissing``, or ``Invalid`` for a wrong form."""
    check(reference)
    rung, _, rest = reference.partition(":")
    if rung == "env":
        secret = environ.get(rest, "")
    elif rung == "file":
        secret = _from_file(rest, environ)
    elif rung == "cmd":
        secret = _from_command(_command(rest), command_seconds)
    else:
        secret = _from_keyring(*_service_and_user(rest))
    if not secret:
        raise SecretMissing(N_("The secret {reference} is empty."), hint=_FIX[rung], reference=reference)
    return secret


def check_storable(reference: str) -> None:
    """Raise ``Invalid`` unless a secret can be written where ``reference`` leads; touches nothing."""
    check(reference)
    rung, _, rest = reference.partition(":")
    if rung not in ("file", "keyring") or (rung == "file" and not Path(rest).expanduser().is_absolute()):
        raise Invalid(
            N_("A secret that the program itself renews cannot be kept in {reference}."),
            hint=N_("Use keyring:service/user, or file: with an absolute path."),
            reference=reference if rung in ("file", "env") else f"{rung}:",
        )


def store(reference: str, value: str) -> None:
    """Keep ``value`` (one line) where ``reference``, a file: or keyring: one, leads; wholly or not at all.

    Raises ``SecretNotStored``, ``SecretMissing`` where there is no keyring, or ``Invalid`` for other references.
    """
    check_storable(reference)
    if not value or not value.isprintable():
        raise ValueError("a secret is one line of text")
    rung, _, rest = reference.partition(":")
    if rung == "file":
        _into_file(Path(rest).expanduser(), value)
    else:
        _into_keyring(*_service_and_user(rest), value)


_FIX = {
    "env": N_("Set that environment variable for the worker, or name another reference."),
    "file": N_("Write the secret into that file and give it mode 0600."),
    "cmd": N_("The command must print the secret on its first line."),
    "keyring": N_("Store it with: keyring set SERVICE USER"),
}


def _from_file(name: str, environ: Mapping[str, str]) -> str:
    credentials = environ.get("CREDENTIALS_DIRECTORY", "")
    path = Path(name).expanduser()
    if not path.is_absolute():
        if not credentials:
            raise SecretMissing(
                N_("The secret file {path} is looked for in $CREDENTIALS_DIRECTORY, and that is not set."),
                hint=N_("Give the absolute path of the file, or let systemd pass it with LoadCredential=."),
                path=name,
            )
        path = Path(credentials) / path
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if not stat.S_ISREG(mode) or (mode & PRIVATE and not _inside(path, credentials)):
                raise SecretMissing(
                    N_("The secret file {path} can be read by others and is not used."),
                    hint=N_("Run: chmod 600 {path}"),
                    path=path,
                )
            return file.readline().decode("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise SecretMissing(
            N_("The secret file {path} cannot be read: {reason}."), hint=_FIX["file"], path=path, reason=reason
        ) from None


def _into_file(path: Path, value: str) -> None:
    """Beside it and then in its place, so that a reader and a crash find the old secret or the new one."""
    path = path.resolve()  # a link stays one
    written = ""
    try:
        descriptor, written = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # 0600
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{value}\n")
            file.flush()
            os.fsync(file.fileno())
            if hasattr(os, "geteuid") and os.geteuid() == 0 and path.exists():  # a service keeps its own file
                owner = path.stat()
                os.chown(written, owner.st_uid, owner.st_gid)
        Path(written).replace(path)
    except OSError as error:
        if written:
            with contextlib.suppress(OSError):
                Path(written).unlink()
        raise SecretNotStored(
            N_("The secret file {path} cannot be written: {reason}."),
            hint=N_("The worker has to be allowed to write that file and its directory."),
            path=path, reason=error.strerror or type(error).__name__,
        ) from None  # fmt: skip


def _inside(path: Path, directory: str) -> bool:
    return bool(directory) and path.resolve().is_relative_to(Path(directory).resolve())


def _command(text: str) -> list[str]:
    """The program and its arguments, out of JSON: there is no shell and no quoting to get wrong."""
    try:
        parts = json.loads(text)
    except ValueError:
        parts = None
    if not isinstance(parts, list) or not parts or not all(isinstance(part, str) and part for part in parts):
        raise Invalid(
            N_("The command of a secret is a JSON list of program and arguments."),
            hint=N_('For example: cmd:["pass","show","support/imap"]'),
        )
    return parts


def _from_command(command: list[str], seconds: float) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - the operator's own command, without a shell
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        reason = f"> {seconds:g} s"
    except OSError as error:
        reason = error.strerror or type(error).__name__
    else:
        if done.returncode == 0:
            return done.stdout.decode("utf-8", "replace").partition("\n")[0].rstrip("\r")
        reason = f"exit {done.returncode}"
    raise SecretMissing(
        N_("The command {program} gave no secret: {reason}."), hint=_FIX["cmd"], program=command[0], reason=reason
    )


def _service_and_user(text: str) -> tuple[str, str]:
    service, _, user = text.partition("/")
    if not service or not user:
        raise Invalid(N_("A keyring reference is keyring:service/user."))
    return service, user


def _from_keyring(service: str, user: str) -> str:
    import keyring
    from keyring.errors import KeyringError

    _check_backend(keyring.get_keyring())
    try:
        return keyring.get_password(service, user) or ""
    except KeyringError as error:
        raise SecretMissing(
            N_("The keyring does not give {service}/{user}: {reason}."),
            hint=_NO_KEYRING,
            service=service, user=user, reason=type(error).__name__,
        ) from None  # fmt: skip


def _into_keyring(service: str, user: str, value: str) -> None:
    import keyring
    from keyring.errors import KeyringError

    _check_backend(keyring.get_keyring())
    try:
        keyring.set_password(service, user, value)
    except (KeyringError, OSError) as error:
        raise SecretNotStored(
            N_("The keyring does not take {service}/{user}: {reason}."),
            hint=_NO_KEYRING,
            service=service, user=user, reason=type(error).__name__,
        ) from None  # fmt: skip


def keyring_backend() -> str:
    """The backend that ``keyring:`` references are read from; raises ``SecretMissing`` where none may be used."""
    import keyring

    backend = keyring.get_keyring()
    _check_backend(backend)
    return type(backend).__module__


_NO_KEYRING = N_("On a server use file: with mode 0600, or systemd's LoadCredential= and $CREDENTIALS_DIRECTORY.")


def _check_backend(backend: object) -> None:
    """Raise unless every backend that may answer keeps its secrets with the operating system."""
    module = type(backend).__module__
    if module == "keyring.backends.chainer":
        for link in backend.backends:  # type: ignore[attr-defined]
            _check_backend(link)
    elif module in ("keyring.backends.fail", "keyring.backends.null"):
        raise SecretMissing(N_("This machine has no keyring."), hint=_NO_KEYRING)
    elif module not in REAL_KEYRINGS:
        raise SecretMissing(
            N_("The keyring {backend} is not one of the operating system and is not used."),
            hint=_NO_KEYRING,
            backend=module,
        )
