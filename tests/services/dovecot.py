"""A real Dovecot (IMAP + LMTP) on free ports, run by an ordinary user in a directory of its own.

Any user name exists, with the password ``pw``.
"""

import contextlib
import grp
import itertools
import os
import shutil
import signal
import smtplib
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from imapclient import IMAPClient
from imapclient.imap_utf7 import encode as encode_utf7

from tests.services.absent import absent
from tests.services.certificates import Certificate
from tests.services.ports import LOOPBACK, Account, answers, free_port, ordinary_account, server_directory, wait_until

PASSWORD = "pw"
ATTEMPTS = 3  # another process may take a port between choosing and binding it

CONFIG = """
protocols = imap lmtp
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/dovecot.log
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
first_valid_uid = 1
first_valid_gid = 1
mail_uid = {uid}
mail_gid = {gid}
mail_home = {root}/mail/%u
mail_location = maildir:~/Maildir
mail_fsync = never
mail_max_userip_connections = 100
passdb {{
  driver = static
  args = password=pw
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={root}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = {imaps_port}
  }}
  service_count = 0
  process_min_avail = 1
}}
service lmtp {{
  user = {user}
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp_port}
  }}
}}
service anvil {{
  chroot =
}}
service imap {{
  process_limit = 200
}}
protocol lmtp {{
  postmaster_address = postmaster@x.example
}}
{extra}
"""


@dataclass
class Dovecot:
    """A running server. ``imaps_port`` is 0 unless it was started with certificates."""

    root: Path
    account: Account
    imap_port: int
    imaps_port: int
    lmtp_port: int
    host: str = LOOPBACK
    password: str = PASSWORD
    _names: Iterator[int] = field(default_factory=itertools.count, repr=False)

    def deliver(self, user: str, raw: bytes, folder: str = "INBOX") -> None:
        """Put exactly these bytes into the Maildir, as a delivery agent does."""
        self.deliver_many(user, [raw], folder)

    def deliver_many(self, user: str, raws: list[bytes], folder: str = "INBOX") -> None:
        maildir = self._maildir(user, folder)
        for raw in raws:
            name = f"{time.time():.6f}.{next(self._names):06d}_{os.getpid()}.test"
            written = maildir / "tmp" / name
            written.write_bytes(raw)
            self.account.own(written)
            written.rename(maildir / "new" / name)

    def lmtp(self, raw: bytes, *users: str, sender: str = "customer@example.org") -> None:
        """Hand a mail to the server as an MTA does: Return-Path and Received are added."""
        with smtplib.LMTP(self.host, self.lmtp_port) as connection:
            for user in users:  # one at a time: LMTP answers once per recipient and the library reads one answer
                connection.sendmail(sender, [user], raw)

    def create_folder(self, user: str, folder: str) -> None:
        with self.client(user) as client:
            client.create_folder(folder)

    def maildir(self, user: str) -> Counter[bytes]:
        """Every mail of the user in any folder, as IMAP serves it (CRLF line ends)."""
        files = (path for sub in ("cur", "new") for path in self.home(user).glob(f"Maildir/**/{sub}/*"))
        return Counter(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") for path in files)

    def home(self, user: str) -> Path:
        return self.root / "mail" / user

    @contextmanager
    def client(self, user: str) -> Iterator[IMAPClient]:
        """Another mail program of the same user: a phone, a colleague."""
        client = IMAPClient(self.host, port=self.imap_port, ssl=False, timeout=20)
        client.login(user, PASSWORD)
        try:
            yield client
        finally:
            client.shutdown()

    def lose_uids(self, user: str, uidvalidity: int) -> None:
        """Number INBOX anew from 1 under another UIDVALIDITY, as a restored backup does. Nobody may be connected."""
        maildir = self._maildir(user, "INBOX")
        listed = maildir / "dovecot-uidlist"
        guid = listed.read_text().split("\n", 1)[0].rpartition(" G")[2]
        for path in maildir.glob("dovecot.index*"):
            path.unlink()
        listed.write_text(f"3 V{uidvalidity} N1 G{guid}\n")

    def log(self) -> str:
        path = self.root / "dovecot.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _maildir(self, user: str, folder: str) -> Path:
        maildir = self.home(user) / "Maildir"
        if folder != "INBOX":
            maildir = maildir / ("." + encode_utf7(folder).decode("ascii").replace("/", "."))
        for path in (self.root / "mail", self.home(user), self.home(user) / "Maildir", maildir):
            self._directory(path)
        for sub in ("tmp", "new", "cur"):
            self._directory(maildir / sub)
        return maildir

    def _directory(self, path: Path) -> None:
        if not path.is_dir():
            path.mkdir(mode=0o700)
            self.account.own(path)


@contextmanager
def running_dovecot(
    extra: str = "", *, certificate: Certificate | None = None, introspection: str = ""
) -> Iterator[Dovecot]:
    """Start a server with ``extra`` lines of configuration; with a certificate it offers STARTTLS and IMAPS too.

    ``introspection`` is the address an access token is asked about: then it offers XOAUTH2.
    """
    program = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        absent("Dovecot", "no dovecot program (apt install dovecot-imapd dovecot-lmtpd)")
    account = ordinary_account()
    with server_directory("dovecot", account) as root:
        if certificate is not None:
            extra += _ssl_settings(root, account, certificate)
        if introspection:
            extra += _oauth_settings(root, account, introspection)
        for attempt in range(ATTEMPTS):
            server = Dovecot(root, account, free_port(), free_port() if certificate else 0, free_port())
            process = _start(program, server, extra)
            try:
                wait_until(lambda s=server, p=process: _ready(s, p), 10, "Dovecot")  # type: ignore[misc]
                break
            except (TimeoutError, RuntimeError):
                _stop(process)
                if attempt == ATTEMPTS - 1:
                    pytest.fail(f"Dovecot does not start:\n{server.log()}", pytrace=False)
        try:
            yield server
        finally:
            _stop(process)


def _ssl_settings(root: Path, account: Account, certificate: Certificate) -> str:
    """From copies the server's user may read."""
    names = {"ssl_cert": certificate.path, "ssl_key": certificate.key}
    lines = ["ssl = yes"]
    for name, original in names.items():
        copy = root / name
        shutil.copyfile(original, copy)
        account.own(copy)
        lines.append(f"{name} = <{copy}")
    return "\n" + "\n".join(lines) + "\n"


def _oauth_settings(root: Path, account: Account, introspection: str) -> str:
    written = root / "oauth2.conf.ext"
    written.write_text(
        f"introspection_mode = get\nintrospection_url = {introspection}?access_token=\n"
        "username_attribute = email\nactive_attribute = active\nactive_value = true\n"
    )
    account.own(written)
    return f"""
auth_mechanisms = plain login xoauth2
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {written}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""  # without the penalty: seconds of delay after every refused token


def _start(program: str, server: Dovecot, extra: str) -> subprocess.Popen[bytes]:
    account = server.account
    config = server.root / "dovecot.conf"
    config.write_text(
        CONFIG.format(
            root=server.root,
            user=account.name,
            group=_group_name(account.gid),
            uid=account.uid,
            gid=account.gid,
            imap_port=server.imap_port,
            imaps_port=server.imaps_port,
            lmtp_port=server.lmtp_port,
            extra=extra,
        )
    )
    account.own(config)
    # In the foreground and a process group of its own, so that stopping it ends its children and nothing else.
    command = [program, "-F", "-c", str(config)]
    output = (server.root / "output").open("wb")
    if account.uid == os.geteuid():
        return subprocess.Popen(command, stdout=output, stderr=output, process_group=0)
    return subprocess.Popen(
        command,
        stdout=output,
        stderr=output,
        process_group=0,
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        cwd="/",
    )


def _ready(server: Dovecot, process: subprocess.Popen[bytes]) -> bool:
    if process.poll() is not None:
        raise RuntimeError("Dovecot ended")
    return answers(server.imap_port) and answers(server.lmtp_port)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Its whole process group at once: an orderly end takes Dovecot a second, and nothing of it is kept."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _group_name(gid: int) -> str:
    return grp.getgrgid(gid).gr_name


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    """A Dovecot of the test's own."""
    with running_dovecot() as server:
        yield server


@pytest.fixture
def dovecot_with() -> Iterator[Callable[..., Dovecot]]:
    """``dovecot_with("imap_capability = …", certificate=…)``: a Dovecot configured for the test."""
    with ExitStack() as stack:
        yield lambda *args, **kwargs: stack.enter_context(running_dovecot(*args, **kwargs))
