"""What is under way is bounded, and whatever ends gives its room back."""

from consumer.ingest.room import Room


def test_as_many_requests_as_there_are_places():
    """One more is refused, and let in when another has ended."""
    room = Room(requests=2)

    assert [room.take(1), room.take(1), room.take(1)] == [True, True, False]
    room.give(1)
    assert room.take(1)


def test_as_many_bytes_as_there_is_room_for():
    """What is refused takes nothing."""
    room = Room(size_bytes=10)

    assert [room.take(6), room.take(5), room.take(4), room.take(1)] == [True, False, True, False]


def test_the_largest_of_all_is_let_in_alone():
    """Else it could never come."""
    room = Room(size_bytes=10)

    assert room.take(11)
    assert not room.take(1)
    room.give(11)
    assert room.take(1)


def test_bytes_may_be_taken_without_being_a_request():
    """As headers do that are still on their way."""
    room = Room(requests=0, size_bytes=10)

    assert room.take(10, requests=0)
    assert not room.take(1, requests=0)
