"""A simulated channel counts as what it simulates."""

import pytest

from supportdesk.domain.channel import medium


@pytest.mark.parametrize(("kind", "shown"), [("email", "email"), ("simulated-kakao", "kakao"), ("", "")])
def test_the_medium_of_a_channel(kind: str, shown: str) -> None:
    assert medium(kind) == shown
