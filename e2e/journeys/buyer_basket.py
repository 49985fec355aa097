"""A buyer who is quicker than the network: what is changed while an answer is on its way is kept too."""

from __future__ import annotations

import time
from typing import Any

import pytest

from e2e.pages.person import Person

Visit = Any
SLOW = 1_200
LONGEST_SECONDS = 90
CODES = ("31100", "440")


@pytest.mark.parametrize("wait", [0, 300])
def test_two_lists_changed_before_the_first_answer_are_both_kept(visit: Visit, wait: int) -> None:
    person = Person(visit())
    person.sign_in("bestallare2@gsf")
    _empty(person)
    person.open("/catalog/articles?q=kopieringspapper")
    person.press(person.find("li.hit form button[type=submit]").last)
    person.settle()
    person.open("/orders/basket")
    answers: list[int] = []
    person.page.on("response", lambda r: answers.append(r.status) if r.request.method == "POST" else None)
    person.page.evaluate(DELAY, SLOW)
    names = [_select_with(person, code).get_attribute("name") for code in CODES]
    for name, code in zip(names, CODES, strict=True):
        person.find(f"select[name='{name}']").select_option(value=code)
        person.page.wait_for_timeout(wait)
    end = time.monotonic() + LONGEST_SECONDS
    while len(answers) < len(CODES) and time.monotonic() < end:
        person.page.wait_for_timeout(100)
    person.page.wait_for_timeout(2 * SLOW)  # one answer too many would be a fault as well
    shown = [person.find(f"select[name='{name}']").input_value() for name in names]
    assert (answers, shown) == ([200, 200], list(CODES))
    person.page.reload()
    assert [person.find(f"select[name='{name}']").input_value() for name in names] == list(CODES)


DELAY = """ms => { const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (...given) { setTimeout(() => send.apply(this, given), ms); }; }"""


def _select_with(person: Person, code: str) -> Any:
    return person.find("#basket select").filter(has=person.find(f"option[value='{code}']")).first


def _empty(person: Person) -> None:
    person.open("/orders/basket")
    while (remove := person.find("button[value^='remove:']")).count():
        person.press(remove.first)
        person.settle()
        person.open("/orders/basket")
