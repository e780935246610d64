"""References to secrets: what they lead to, what is refused, and that no message repeats a value."""

import sys
from pathlib import Path
from typing import ClassVar

import pytest
from keyring.backend import KeyringBackend
from keyring.errors import PasswordSetError

from supportdesk.channels.secrets import SecretMissing, SecretNotStored, check, check_storable, resolve, store
from supportdesk.domain.errors import DeskError, Invalid

VALUE = "s3cret-값"


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text(f"{VALUE}\nsecond line\n")
    path.chmod(0o600)
    return path


def test_from_the_environment() -> None:
    assert resolve("env:A_SECRET", environ={"A_SECRET": VALUE}) == VALUE


def test_from_a_private_file(secret_file: Path) -> None:
    assert resolve(f"file:{secret_file}") == VALUE


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_file_others_can_read_is_refused(secret_file: Path, mode: int) -> None:
    secret_file.chmod(mode)
    with pytest.raises(SecretMissing, match="chmod 600") as raised:
        resolve(f"file:{secret_file}")
    assert VALUE not in str(raised.value)


def test_from_the_credentials_directory_in_any_mode(secret_file: Path) -> None:
    secret_file.chmod(0o444)
    environ = {"CREDENTIALS_DIRECTORY": str(secret_file.parent)}
    assert resolve("file:secret", environ=environ) == VALUE
    assert resolve(f"file:{secret_file}", environ=environ) == VALUE


def test_the_credentials_directory_excuses_only_what_is_in_it(secret_file: Path, tmp_path: Path) -> None:
    secret_file.chmod(0o644)
    inside = tmp_path / "credentials"
    inside.mkdir()
    (inside / "link").symlink_to(secret_file)
    for name in (f"file:{secret_file}", "file:link", "file:../secret"):
        with pytest.raises(SecretMissing, match="can be read by others"):
            resolve(name, environ={"CREDENTIALS_DIRECTORY": str(inside)})


def test_from_a_command_without_a_shell() -> None:
    program = f"import sys; print(sys.argv[1]); print('{VALUE}')"
    assert resolve(f'cmd:["{sys.executable}", "-c", "{program}", "$HOME; echo"]') == "$HOME; echo"


def test_a_failing_command_shows_neither_output_nor_value() -> None:
    program = f"import sys; print('{VALUE}'); print('{VALUE}', file=sys.stderr); sys.exit(3)"
    with pytest.raises(SecretMissing, match="exit 3") as raised:
        resolve(f'cmd:["{sys.executable}", "-c", "{program}"]')
    assert VALUE not in str(raised.value)


def test_a_command_that_hangs_is_ended() -> None:
    with pytest.raises(SecretMissing, match=r"> 0\.2 s"):
        resolve('cmd:["sleep", "30"]', command_seconds=0.2)


class Backend(KeyringBackend):
    """A keyring of a third party. ``backends`` are its links when it poses as a chain."""

    priority = 1.0
    backends: tuple[KeyringBackend, ...] = ()

    def get_password(self, service: str, username: str) -> str | None:
        return VALUE if (service, username) == ("supportdesk", "imap/desk") else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError


def use(monkeypatch: pytest.MonkeyPatch, backend: type[KeyringBackend], module: str = "") -> KeyringBackend:
    """Make it this machine's keyring; ``module`` is where it claims to come from."""
    made: KeyringBackend = type("Keyring", (backend,), {"__module__": module or backend.__module__})()
    monkeypatch.setattr("keyring.core._keyring_backend", made)
    return made


def test_from_a_keyring_of_the_operating_system(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Backend, "keyring.backends.SecretService")
    assert resolve("keyring:supportdesk/imap/desk") == VALUE
    with pytest.raises(SecretMissing, match="keyring set"):
        resolve("keyring:supportdesk/nobody")


def test_a_keyring_of_a_third_party_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Backend, "keyrings.alt.file")
    with pytest.raises(SecretMissing, match=r"keyrings\.alt\.file is not one of the operating system"):
        resolve("keyring:supportdesk/imap/desk")


def test_a_chain_is_only_as_good_as_each_of_its_keyrings(monkeypatch: pytest.MonkeyPatch) -> None:
    real = use(monkeypatch, Backend, "keyring.backends.libsecret")
    other = use(monkeypatch, Backend, "keyrings.alt.file")
    chain = use(monkeypatch, Backend, "keyring.backends.chainer")
    monkeypatch.setattr(chain, "backends", (real,), raising=False)
    assert resolve("keyring:supportdesk/imap/desk") == VALUE
    monkeypatch.setattr(chain, "backends", (real, other))
    with pytest.raises(SecretMissing, match=r"keyrings\.alt"):
        resolve("keyring:supportdesk/imap/desk")


def test_a_machine_without_a_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Backend, "keyring.backends.fail")
    with pytest.raises(SecretMissing, match=r"no keyring.*LoadCredential"):
        resolve("keyring:supportdesk/imap")


@pytest.mark.parametrize(
    "reference",
    [
        VALUE,
        "",
        "env:",
        "file:",
        "plain:" + VALUE,
        'cmd:echo "x"',
        "cmd:[]",
        'cmd:["a", 1]',
        "keyring:service",
        "keyring:/u",
    ],
)
def test_other_forms_are_refused_without_repeating_them(reference: str) -> None:
    with pytest.raises(Invalid) as raised:
        check(reference)
    assert not reference or VALUE not in str(raised.value)
    with pytest.raises(Invalid):
        resolve(reference)


@pytest.mark.parametrize("reference", ["env:NOT_SET", "file:/nonexistent/secret", 'cmd:["/nonexistent/program"]'])
def test_what_leads_nowhere_names_the_reference_and_the_fix(reference: str) -> None:
    check(reference)
    with pytest.raises(SecretMissing) as raised:
        resolve(reference, environ={})
    assert isinstance(raised.value, DeskError)
    assert raised.value.hint
    assert reference.partition(":")[2].strip('[]"') in str(raised.value)


def test_an_empty_secret_is_missing(secret_file: Path) -> None:
    secret_file.write_text("\n")
    with pytest.raises(SecretMissing, match="is empty"):
        resolve(f"file:{secret_file}")


def test_a_stored_secret_is_read_again_from_a_private_file(tmp_path: Path) -> None:
    reference = f"file:{tmp_path / 'token'}"
    for value in ("first", VALUE):
        store(reference, value)
        assert resolve(reference) == value
    assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["token"]


def test_a_stored_secret_replaces_one_that_others_could_read(secret_file: Path) -> None:
    secret_file.chmod(0o644)
    store(f"file:{secret_file}", "new")
    assert resolve(f"file:{secret_file}") == "new"


def test_a_link_to_a_secret_stays_one(secret_file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(secret_file)
    store(f"file:{link}", "new")
    assert link.is_symlink()
    assert resolve(f"file:{secret_file}") == "new"


def test_a_secret_that_cannot_be_written_leaves_the_old_one(secret_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(SecretNotStored, match="No space left") as raised:
        store(f"file:{secret_file}", "new-value")
    assert "new-value" not in str(raised.value)
    assert resolve(f"file:{secret_file}") == VALUE
    assert [path.name for path in secret_file.parent.iterdir()] == ["secret"]


def test_a_secret_in_no_directory_is_told(tmp_path: Path) -> None:
    with pytest.raises(SecretNotStored, match=r"nowhere/token cannot be written: No such file"):
        store(f"file:{tmp_path / 'nowhere' / 'token'}", "value")


class Keeping(Backend):
    """Keeps what it is given."""

    kept: ClassVar[dict[tuple[str, str], str]] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


class Locked(Backend):
    def set_password(self, service: str, username: str, password: str) -> None:
        raise PasswordSetError(password)


def test_a_secret_is_stored_in_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Keeping, "keyring.backends.SecretService")
    store("keyring:supportdesk/imap/desk", VALUE)
    assert resolve("keyring:supportdesk/imap/desk") == VALUE


def test_a_keyring_that_takes_nothing_is_told_without_the_value(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Locked, "keyring.backends.SecretService")
    with pytest.raises(SecretNotStored, match="does not take supportdesk/imap: PasswordSetError") as raised:
        store("keyring:supportdesk/imap", VALUE)
    assert VALUE not in str(raised.value)


def test_nothing_is_stored_in_a_keyring_of_a_third_party(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Keeping, "keyrings.alt.file")
    with pytest.raises(SecretMissing, match=r"keyrings\.alt\.file"):
        store("keyring:third/party", VALUE)
    assert ("third", "party") not in Keeping.kept


@pytest.mark.parametrize(
    ("reference", "named"),
    [("env:TOKEN", "env:TOKEN"), ("file:token", "file:token"), ('cmd:["pass", "hidden"]', "cmd:"), (VALUE, "")],
)
def test_what_cannot_be_written_to_is_refused(reference: str, named: str) -> None:
    with pytest.raises(Invalid) as raised:
        store(reference, "value")
    assert named in str(raised.value)
    assert "hidden" not in str(raised.value)
    with pytest.raises(Invalid):
        check_storable(reference)


@pytest.mark.parametrize("value", ["", "two\nlines", "a\0b"])
def test_a_secret_is_one_line(tmp_path: Path, value: str) -> None:
    with pytest.raises(ValueError, match="one line"):
        store(f"file:{tmp_path / 'token'}", value)
    assert list(tmp_path.iterdir()) == []
