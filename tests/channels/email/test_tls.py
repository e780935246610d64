"""The TLS context: verified, current, and with a pinned authority only that one."""

import ssl
from pathlib import Path

import pytest

from supportdesk.channels.email.settings import settings
from supportdesk.channels.email.tls import context
from supportdesk.channels.trouble import CertificateRefused
from tests.channels.email.accounts import account
from tests.services.certificates import Certificate


def test_certificates_are_verified_and_old_protocols_refused() -> None:
    made = context(settings(account()).imap)
    assert (made.verify_mode, made.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert made.minimum_version == ssl.TLSVersion.TLSv1_2


def test_a_pinned_authority_is_the_only_one(certificate: Certificate) -> None:
    made = context(settings(account(ca_file=str(certificate.path))).imap)
    assert [found["subject"] for found in made.get_ca_certs()] == [((("commonName", "good"),),)]


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_certificate_file_that_cannot_be_used(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(CertificateRefused, match=r"ca\.pem cannot be used"):
        context(settings(account(ca_file=str(path))).imap)
