"""Founding: a desk gets its name and keys once, however often and by however many it is made."""

import threading

from supportdesk.desk import people
from supportdesk.desk.desk import Identification, open_desk
from supportdesk.desk.founding import make_desk, staff


def test_making_it_again_keeps_its_name_and_its_keys(store_url: str) -> None:
    first = make_desk(store_url, "Acme")
    again = make_desk(store_url, "Another name")
    assert again.about == first.about
    assert (first.name, len(first.about.key), len(first.about.instance)) == ("Acme", 32, 32)
    first.close()
    again.close()


def test_two_desks_have_different_keys(store_url: str, tmp_path: object) -> None:
    one, other = make_desk(store_url), make_desk(f"sqlite:///{tmp_path}/other.db")
    assert one.about.key != other.about.key
    assert one.about.instance != other.about.instance
    one.close()
    other.close()


def test_two_operators_at_once_found_one_desk(store_url: str) -> None:
    barrier = threading.Barrier(4)
    made: list[Identification] = []

    def found(name: str) -> None:
        barrier.wait()
        desk = make_desk(store_url, name)
        made.append(desk.about)
        desk.close()

    threads = [threading.Thread(target=found, args=(f"Desk {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert len(set(made)) == 1
    desk = open_desk(store_url)
    assert desk.about == made[0]
    desk.close()


def test_staffing_twice_changes_nothing(store_url: str) -> None:
    desk = make_desk(store_url)
    staff(desk, "alice", "Alice", "a@x.example", ["Billing"])
    people.edit_agent(desk, "alice", name="Alice Kim")
    staff(desk, "alice", "Alice", "a@x.example", ["Billing", "Shipping"])
    assert people.agent(desk, "alice").name == "Alice Kim"
    assert [team.name for team in people.teams(desk)] == ["Billing", "Shipping"]
    desk.close()
