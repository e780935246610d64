"""Identities have one form, however they are written."""

import pytest

from supportdesk.domain.customer import normal_identity


@pytest.mark.parametrize(
    ("kind", "written", "kept"),
    [
        ("email", " Dana@X.Example ", "dana@x.example"),
        ("phone", "+82 10-1234-5678", "+821012345678"),
        ("phone", "anonymous", "anonymous"),
        ("kakao", " MixedCase ", "MixedCase"),
    ],
)
def test_an_identity_has_one_form(kind: str, written: str, kept: str) -> None:
    assert normal_identity(kind, written) == kept
    assert normal_identity(kind, kept) == kept
