"""portal user deactivate and activate, as an operator runs them (S15, A2.19)."""

from __future__ import annotations

from tests.cli.conftest import Command


def test_what_moved_where_is_said_and_the_user_comes_back(portal: Command) -> None:
    told = portal.run("user", "deactivate", "bestallare@gsf", "--reason", "Slutat", exit_code=0)
    assert "bestallare@gsf är inaktiv" in told and "Order EX-100002 visas för administratörerna" in told
    assert "inaktiv" in next(
        line for line in portal.run("user", "list").splitlines() if line.startswith("bestallare@gsf ")
    )
    portal.run("user", "deactivate", "bestallare@gsf", "--reason", "Slutat", exit_code=1)
    portal.run("user", "deactivate", "ingen@gsf", "--reason", "Slutat", exit_code=1)
    assert "i gruppen standard" in portal.run("user", "activate", "bestallare@gsf", exit_code=0)
    portal.run("user", "activate", "bestallare@gsf", exit_code=1)
