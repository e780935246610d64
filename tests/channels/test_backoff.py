"""The longer the trouble, the longer the pause; never the same twice."""

from supportdesk.channels.backoff import BACK_OFF, LOGIN_BACK_OFF, seconds


def test_it_doubles_up_to_the_longest() -> None:
    for failures, whole in ((0, 1), (1, 1), (2, 2), (5, 16), (9, 256), (10, 300), (1000, 300)):
        found = [seconds(failures, *BACK_OFF) for _ in range(50)]
        assert whole / 2 <= min(found) <= max(found) <= whole


def test_a_refused_login_is_not_tried_again_within_half_a_minute() -> None:
    assert min(seconds(1, *LOGIN_BACK_OFF) for _ in range(50)) >= 30


def test_accounts_do_not_come_back_all_at_once() -> None:
    assert len({seconds(8, *BACK_OFF) for _ in range(50)}) > 40
