"""The main job, step by step, each as the person in that role does it; works with and without script."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from e2e.pages.checks import clean, picture
from e2e.pages.person import WAIT_SECONDS, Person

ROWS = 200
WRONG = {17: ("price", "gratis"), 88: ("unit", "XYZ9"), 151: ("vat_rate", "27")}
RIGHT = {17: ("Pris", "14,90"), 88: ("Enhet", "EA"), 151: ("Moms", "25")}
HEADINGS = "Artikelnummer;Benämning;Enhet;Pris;Moms %;UNSPSC"
KINDS = ("Överstrykningspenna", "Häftapparat", "Gummiband", "Registerflikar", "Blyertspenna")
COUNT = "10"
ORDERED = "Överstrykningspenna modell 001"


@dataclass(frozen=True, slots=True)
class Joining:
    """The company that joins; numbers with right check digits, of nobody."""

    name: str
    org_number: str
    bankgiro: str
    agreement: str

    @property
    def email(self) -> str:
        return f"order@{self.org_number.replace('-', '')}.test"

    @property
    def password(self) -> str:
        return "tre gula pennor"


def joining(serial: int) -> Joining:
    """A company of its own for each journey."""
    org = _luhn(f"559977{serial:03d}")
    giro = _luhn(f"599{serial:03d}7")
    return Joining(
        f"Pennhuset {serial} AB", f"{org[:6]}-{org[6:]}", f"{giro[:4]}-{giro[4:]}", f"R-E2E-{serial}"
    )


def _luhn(digits: str) -> str:
    doubled = (int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return digits + str(-sum(sum(divmod(value, 10)) for value in doubled) % 10)


def catalogue(company: Joining) -> str:
    """The company's catalogue as CSV: ROWS rows, those of WRONG wrong."""
    lines = [HEADINGS]
    for row in range(1, ROWS + 1):
        cells = {
            "number": f"PH{company.agreement[-3:]}-{row:03d}",
            "name": f"{KINDS[row % len(KINDS) - 1]} modell {row:03d}",
            "unit": "EA", "price": f"{10 + row % 40},50", "vat_rate": "25", "unspsc": "44121704",
        }  # fmt: skip
        if row in WRONG:
            cells[WRONG[row][0]] = WRONG[row][1]
        lines.append(";".join(cells.values()))
    return "\r\n".join(lines) + "\r\n"


def look(page: Any, name: str, checked: bool) -> None:
    """A picture of the step, and axe where script runs (axe is script itself)."""
    picture(page, name)
    if checked:
        clean(page)


def register(person: Person, company: Joining) -> None:
    """The supplier registers the company."""
    person.open("/suppliers/registration")
    vat = "SE" + company.org_number.replace("-", "") + "01"
    fields = {
        "org_number": company.org_number, "name": company.name, "vat_number": vat, "bankgiro": company.bankgiro,
        "street": "Pennvägen 1", "postcode": "999 99", "city": "Exempelstad", "contact_name": "Order",
        "email": company.email, "password": company.password,
    }  # fmt: skip
    for name, value in fields.items():
        person.write(person.find(f"#{name}"), value)
    person.tick(person.find("#f_tax"))
    person.press_named("Skicka anmälan")
    person.sees_no_errors()


def approve(person: Person, company: Joining) -> None:
    """The supplier administrator approves the company and gives it an agreement."""
    person.open("/suppliers")
    person.press(person.page.get_by_role("link", name=company.name).first)
    person.press_named("Godkänn leverantör och konto")
    person.open("/suppliers/agreements/new")
    person.write(person.find("#number"), company.agreement)
    person.write(person.find("#name"), "Pennor och tillbehör")
    person.write(person.find("#price_terms"), "Fasta priser till avtalets slut.")
    for box in person.find("input[name=callers]").all():
        person.tick(box)
    person.press_named("Spara avtalet")
    person.choose(person.find("select[name=supplier_id]"), company.name)
    person.press_named("Koppla")
    assert company.name in person.find("#suppliers").inner_text()


def upload(person: Person, company: Joining, folder: Path) -> None:
    """The supplier uploads the catalogue and mends the three wrong rows."""
    file = folder / "katalog.csv"
    file.write_text(catalogue(company), "utf-8")
    person.open("/supplier/catalogues")
    person.attach(person.find("#file"), str(file))
    person.press_named("Ladda upp och kontrollera")
    person.until("#wrong-heading")
    for column, right in RIGHT.values():
        _mend(person, column, right)


def _mend(person: Person, column: str, right: str) -> None:
    wrong = person.find("a[href*='/rows/']")
    left = wrong.count()
    person.press(wrong.first)
    person.find("#mend-form").wait_for()
    person.settle()
    fields = (
        person.find("#mend-form .field").filter(has_text=column).filter(has=person.find("[aria-invalid]"))
    )
    person.write(fields.locator("input"), right)
    person.press(person.find("#mend-form button"))
    end = time.monotonic() + WAIT_SECONDS
    while wrong.count() >= left:
        assert time.monotonic() < end, f"still {left} wrong rows on {person.page.url}"
        time.sleep(0.3)


def submit_catalogue(person: Person) -> None:
    """The supplier sends the mended catalogue to the customer."""
    person.press(person.find("#decision button"))


def publish(person: Person, company: Joining) -> None:
    """The customer's supplier administrator publishes it."""
    person.open("/catalog/uploads")
    person.press(person.find("tr").filter(has_text=company.name).get_by_role("link").first)
    person.press(person.find("#decision button"))
    person.until("text=Publicerad")


def fill_basket(person: Person, company: Joining, misspelt: str) -> None:
    """The buyer finds the article by a misspelt word and puts some in the basket."""
    person.open("/catalog/articles")
    person.write(person.find("#q"), misspelt)
    person.press(person.find("#article-search button"))
    person.settle()
    hit = person.find("li.hit").filter(has_text=ORDERED).filter(has_text=company.name).first
    hit.wait_for()
    person.write(hit.locator("input[name=quantity]"), COUNT)
    person.press(hit.locator("form button[type=submit]").last)


def send_basket(person: Person, codes: tuple[str, ...], attestant: str) -> None:
    """The buyer codes the basket, sees who attests, and sends it."""
    person.open("/orders/basket")
    assert person.find("#basket input[name^=quantity]").first.input_value() == COUNT
    for code in codes:
        _choose_everywhere(person, code)
    address = person.find("select[name=delivery_address_id]")
    person.choose(address, address.locator("option").nth(1).inner_text().strip())
    person.settle()
    person.write(person.find("input[name=goods_mark]"), "Rum 12")
    person.settle()
    saving = person.find("#basket .page-actions button[value=save]:visible")
    if saving.count():  # without script nothing is saved until it is asked for
        person.press(saving)
    assert attestant in person.find("#route").inner_text()
    person.press_named("Skicka för attest")
    person.settle()
    person.sees_no_errors()


def _choose_everywhere(person: Person, code: str) -> None:
    """Choose the code in every list of codes that has it."""
    for number in range(person.find("#basket select").count()):
        select = person.find("#basket select").nth(number)
        option = select.locator(f"option[value='{code}']")
        if option.count():
            person.choose(select, option.inner_text().strip())
            person.settle()


def attest(person: Person, party: str) -> None:
    """The attestant approves what waits from that party."""
    person.open("/attest")
    button = person.find("button[data-key=a]")
    card = person.find("tr, li, article, tbody").filter(has_text=party).filter(has=button)
    person.press(card.last.locator("button[data-key=a]"))
    person.settle()


def confirm(person: Person) -> None:
    """The supplier confirms the order."""
    person.open("/supplier/orders")
    person.until("[data-row] a[href*='/supplier/orders/']")
    person.press(person.find("main [data-row] a[href*='/supplier/orders/']").first)
    person.press_named("Skicka svaret")
    assert "Ert svar" in person.find("main").inner_text()


def receive(person: Person, company: Joining) -> None:
    """The buyer records that everything has come."""
    person.open("/orders/receipts")
    row = person.find("main li, main tr").filter(has_text=company.name)
    person.press(row.last.locator("a").first)
    if "/receipts/new" not in person.page.url:
        person.press(person.find("main a[href*='/receipts/new']").first)
    # The button says how much, where a script can count; both take what stands in the fields.
    person.press_named(re.compile("Kvittera allt|Kvittera det ifyllda"))


def invoice(person: Person) -> None:
    """The supplier turns the order into an invoice."""
    person.open("/supplier/orders")
    person.press(person.find("main [data-row] a[href*='/supplier/orders/']").first)
    person.press_named("Skapa faktura")
    number = person.find("#invoice-form input[name=number]")
    if number.count() and not number.input_value():
        person.write(number, f"PF-{int(time.time()) % 1_000_000}")
    person.press_named("Skicka fakturan")


def paid_on(person: Person) -> str:
    """What the supplier reads of the invoice when it has come to rest."""
    person.open("/supplier/invoices")
    person.until(r"text=/Betalas \d/")
    return str(person.find("main").inner_text())
