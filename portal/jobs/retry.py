"""When a failed job is tried again, and when it is parked as failed with its error beside it."""

from __future__ import annotations

import random

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

from portal.kernel.errors import Conflict, PortalError

# Seconds before the second, third … attempt. Short first: most failures are a moment's contention.
WAITS: tuple[int, ...] = (1, 5, 30, 120, 600)
MAX_ATTEMPTS = len(WAITS) + 1
JITTER = 0.2


def wait_before(attempts_made: int) -> int | None:
    """Seconds to wait after that many failed attempts, None when it is to be parked."""
    return WAITS[attempts_made - 1] if attempts_made <= len(WAITS) else None


def is_final(error: BaseException) -> bool:
    """An expected error comes back the same each time; only a conflict with somebody else's work passes."""
    return isinstance(error, PortalError) and not isinstance(error, Conflict) and error.status < 500  # noqa: PLR2004


class Backoff(BaseRetryStrategy):
    """Waits that grow, a little spread out so that jobs that failed together do not return together."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """None parks the job. `job.attempts` counts the attempts before this one."""
        wait = wait_before(job.attempts + 1)
        if wait is None or is_final(exception):
            return None
        spread = wait * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - not a secret
        return RetryDecision(retry_in={"milliseconds": round(spread * 1000)})
