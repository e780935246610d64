"""The one TLS context: verified, at least TLS 1.2, with the channel's own certificate authority where it has one."""

import ssl

from supportdesk.channels.email.settings import Server
from supportdesk.channels.trouble import CertificateRefused
from supportdesk.i18n import N_


def context(server: Server) -> ssl.SSLContext:
    """Trusts the machine's authorities, or only those of ``ca_file`` when the channel pins one."""
    try:
        made = ssl.create_default_context(cafile=server.ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise CertificateRefused(
            N_("The certificate file {path} cannot be used: {reason}."),
            hint=N_("It must hold certificates in PEM form."),
            path=server.ca_file, reason=error.strerror or type(error).__name__,
        ) from None  # fmt: skip
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made
