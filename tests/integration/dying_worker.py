"""A worker process in which one connection's stream fails; run as a module with the worker's arguments."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from itertools import count
from typing import Any
from unittest.mock import patch

from consumer import cli
from consumer.stream.dispatcher import Dispatcher
from tests.integration.running_programs import CODE

MARK = "a defect of ours"
# Of the first lives, each counted anew: between what NetSuite has written and its settlement.
DEATHS = (3, 6)

if __name__ == "__main__":
    applied = Dispatcher._apply
    lives: defaultdict[Dispatcher, Iterator[int]] = defaultdict(lambda: count(1))

    def dying(self: Dispatcher, *arguments: Any, **more: Any) -> None:
        if self._name == CODE:
            settled, life = next(lives[self]), list(lives).index(self)
            if DEATHS[life : life + 1] == (settled,):
                raise RuntimeError(MARK)
        applied(self, *arguments, **more)

    with patch.object(Dispatcher, "_apply", dying):
        cli.main(sys.argv[1:])
