"""A browser's cookie says whom it has signed in, and nobody else can write it."""

from __future__ import annotations

from portal.access.devices import MOST_PERSONS, known_device, remember

KEY = "installationens nyckel"


def test_a_browser_is_known_to_whom_it_signed_in_and_to_nobody_else() -> None:
    cookie = remember(None, "a@x.test", KEY)
    device = known_device(cookie, "a@x.test", KEY)
    assert device and device == cookie.split(".")[0]
    assert known_device(cookie, "b@x.test", KEY) is None
    assert known_device(cookie, "a@x.test", "en annan nyckel") is None
    assert known_device(f"annan.{cookie.split('.')[1]}", "a@x.test", KEY) is None
    for hostile in (None, "", ".", "x", "å.å", "a" * 5000):
        assert known_device(hostile, "a@x.test", KEY) is None


def test_it_keeps_the_latest_few() -> None:
    cookie = None
    for number in range(MOST_PERSONS + 2):
        cookie = remember(cookie, f"{number}@x.test", KEY)
    known = [n for n in range(MOST_PERSONS + 2) if known_device(cookie, f"{n}@x.test", KEY)]
    assert known == [2, 3, 4, 5, 6]
    devices = {known_device(cookie, f"{n}@x.test", KEY) for n in known}
    assert len(devices) == 1
