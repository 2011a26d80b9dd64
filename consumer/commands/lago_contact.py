"""How long a run goes on asking a Lago that does not answer, and the line that says so at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from consumer.commands import console_output
from consumer.lago.lookup_result import Failed

MAX_ATTEMPTS = 8
FIRST_ATTEMPTS = 3
"""While Lago has not answered once: the address is as likely to be wrong as Lago is to come back."""
LONGEST_PAUSE_S = 60.0


@dataclass(slots=True)
class LagoContact:
    """
    Whether Lago answers this run.

    Attributes:
        say: prints a line beside the output of the command.
        is_known: whether Lago has answered once.
        is_lost: whether it does not answer at present, which has been said.
    """

    say: Callable[[str], None] = field(default=console_output.complain)
    is_known: bool = False
    is_lost: bool = False

    def answered(self) -> None:
        """Note an answer; the first one after a failure is said."""
        if self.is_lost:
            self.say("Lago answers again.")
        self.is_known, self.is_lost = True, False

    def pause_s(self, failed: Failed, attempts: int) -> float | None:
        """
        How long to wait before the next attempt; None when it is time to give up.

        Args:
            failed: what the latest attempt came to.
            attempts: how many of the same request have failed.
        """
        # Who answers that its rate is used up does answer.
        self.is_known = self.is_known or failed.retry_after_s is not None
        most = MAX_ATTEMPTS if self.is_known else FIRST_ATTEMPTS
        if attempts >= most:
            return None
        if not self.is_lost and failed.retry_after_s is None:
            self.is_lost = True
            left_s = sum(map(_pause_s, range(attempts, most)))
            self.say(f"{failed.reason}; it is asked again for {left_s:.0f} s or longer")
        return failed.retry_after_s or _pause_s(attempts)


def _pause_s(attempts: int) -> float:
    return min(2.0 ** (attempts - 1), LONGEST_PAUSE_S)
