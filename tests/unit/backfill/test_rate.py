"""A backfill sends at most the asked number of events a second."""

import pytest

from consumer.commands.backfill import CHUNK, Wish
from consumer.commands.lago_documents import Scope
from tests.support.connection_files import connection


@pytest.mark.parametrize(("rate_per_s", "chunk"), [(0.5, 1), (1, 1), (7.9, 7), (1_000, CHUNK), (None, CHUNK)])
def test_what_is_sent_together_is_no_more_than_a_second_allows(rate_per_s, chunk):
    """A slow one does not begin with a hundred."""
    own = connection()
    wish = Wish(
        connection=own,
        connections=(own,),
        kinds=("invoice",),
        scope=Scope(),
        actor="ada",
        rate_per_s=rate_per_s,
    )

    assert wish.chunk == chunk
