"""The main job, step by step, each as the person in that role does it; works with and without script."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from e2e.pages.checks import clean, picture

ROWS = 200
WRONG = {17: ("price", "gratis"), 88: ("unit", "XYZ9"), 151: ("vat_rate", "27")}
RIGHT = {17: ("Pris", "14,90"), 88: ("Enhet", "EA"), 151: ("Moms", "25")}
HEADINGS = "Artikelnummer;Benämning;Enhet;Pris;Moms %;UNSPSC"
KINDS = ("Överstrykningspenna", "Häftapparat", "Gummiband", "Registerflikar", "Blyertspenna")
ORDERED = "Överstrykningspenna modell 001"
WAIT_SECONDS = 90.0


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


def until(page: Any, selector: str, seconds: float = WAIT_SECONDS) -> None:
    """Wait for work in the background: reload until the selector is there."""
    end = time.monotonic() + seconds
    while page.locator(selector).count() == 0:
        assert time.monotonic() < end, f"{selector} did not come on {page.url}"
        time.sleep(1)
        page.reload()


def settle(page: Any) -> None:
    """Wait until what was just changed has been sent and its answer is in place."""
    page.wait_for_timeout(200)
    page.locator(".htmx-request").first.wait_for(state="detached")
    page.wait_for_load_state()


def press(page: Any, name: str | re.Pattern[str]) -> None:
    """Press the button or link of that name."""
    page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name)).first.click()
    page.wait_for_load_state()


def register(page: Any, company: Joining) -> None:
    """The supplier registers the company."""
    page.goto("/suppliers/registration")
    vat = "SE" + company.org_number.replace("-", "") + "01"
    fields = {
        "org_number": company.org_number, "name": company.name, "vat_number": vat, "bankgiro": company.bankgiro,
        "street": "Pennvägen 1", "postcode": "999 99", "city": "Exempelstad", "contact_name": "Order",
        "email": company.email, "password": company.password,
    }  # fmt: skip
    for name, value in fields.items():
        page.locator(f"#{name}").fill(value)
    page.locator("#f_tax").check()
    press(page, "Skicka anmälan")
    assert page.locator("[aria-invalid]").count() == 0, page.locator("main").inner_text()


def approve(page: Any, company: Joining) -> None:
    """The supplier administrator approves the company and gives it an agreement."""
    page.goto("/suppliers")
    page.get_by_role("link", name=company.name).first.click()
    press(page, "Godkänn leverantör och konto")
    page.goto("/suppliers/agreements/new")
    page.locator("#number").fill(company.agreement)
    page.locator("#name").fill("Pennor och tillbehör")
    page.locator("#price_terms").fill("Fasta priser till avtalets slut.")
    for box in page.locator("input[name=callers]").all():
        box.check()
    press(page, "Spara avtalet")
    page.locator("select[name=supplier_id]").select_option(label=company.name)
    press(page, "Koppla")
    assert company.name in page.locator("#suppliers").inner_text()


def upload(page: Any, company: Joining, folder: Path) -> None:
    """The supplier uploads the catalogue, mends the three wrong rows and sends it in."""
    file = folder / "katalog.csv"
    file.write_text(catalogue(company), "utf-8")
    page.goto("/supplier/catalogues")
    page.locator("#file").set_input_files(str(file))
    press(page, "Ladda upp och kontrollera")
    until(page, "#wrong-heading")
    for column, right in RIGHT.values():
        mend = page.locator("a[href*='/rows/']").first
        mend.click()
        page.locator("#mend-form").wait_for()
        fields = page.locator("#mend-form .field")
        field = fields.filter(has_text=column).filter(has=page.locator("[aria-invalid]"))
        field.locator("input").fill(right)
        left = page.locator("a[href*='/rows/']").count()
        page.locator("#mend-form button").click()
        _until_fewer(page, "a[href*='/rows/']", left)


def _until_fewer(page: Any, selector: str, before: int) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while page.locator(selector).count() >= before:
        assert time.monotonic() < end, f"still {before} {selector} on {page.url}"
        time.sleep(0.3)


def submit_catalogue(page: Any) -> None:
    """The supplier sends the mended catalogue to the customer."""
    page.locator("#decision button").click()
    page.wait_for_load_state()


def publish(page: Any, company: Joining) -> None:
    """The customer's supplier administrator publishes it."""
    page.goto("/catalog/uploads")
    row = page.locator("tr", has_text=company.name)
    row.get_by_role("link").first.click()
    page.locator("#decision button").click()
    page.wait_for_load_state()
    until(page, "text=Publicerad")


def fill_basket(page: Any, company: Joining, misspelt: str) -> None:
    """The buyer finds the article by a misspelt word and puts ten in the basket."""
    page.goto("/catalog/articles")
    page.locator("#q").fill(misspelt)
    page.locator("#article-search button").click()
    hit = page.locator("li.hit", has_text=ORDERED).filter(has_text=company.name)
    hit.first.wait_for()
    hit.first.locator("input[name=quantity]").fill("10")
    hit.first.locator("form button[type=submit]").last.click()
    page.wait_for_load_state()


def send_basket(page: Any, codes: tuple[str, ...], attestant: str) -> None:
    """The buyer codes the basket, sees who attests, and sends it."""
    page.goto("/orders/basket")
    for code in codes:
        _choose_everywhere(page, code)
    page.locator("select[name=delivery_address_id]").select_option(index=1)
    settle(page)
    page.locator("input[name=goods_mark]").fill("Rum 12")
    page.locator("input[name=goods_mark]").blur()
    settle(page)
    saving = page.locator("#basket .page-actions button[value=save]:visible")
    if saving.count():  # without script nothing is saved until it is asked for
        saving.click()
        page.wait_for_load_state()
    assert attestant in page.locator("#route").inner_text()
    press(page, "Skicka för attest")
    settle(page)
    assert page.locator("[aria-invalid]").count() == 0, page.locator("main").inner_text()


def _choose_everywhere(page: Any, code: str) -> None:
    """Choose the code in every list of codes that has it."""
    for number in range(page.locator("#basket select").count()):
        select = page.locator("#basket select").nth(number)
        if select.locator(f"option[value='{code}']").count():
            select.select_option(code)
            settle(page)


def attest(page: Any, party: str) -> None:
    """The attestant approves what waits from that party."""
    page.goto("/attest")
    card = (
        page.locator("tr, li, article, tbody")
        .filter(has_text=party)
        .filter(has=page.locator("button[data-key=a]"))
    )
    card.last.locator("button[data-key=a]").click()
    settle(page)


def confirm(page: Any) -> None:
    """The supplier confirms the order."""
    page.goto("/supplier/orders")
    until(page, "a[href*='/supplier/orders/']")
    page.locator("main a[href*='/supplier/orders/']").first.click()
    press(page, "Skicka svaret")
    assert "Ert svar" in page.locator("main").inner_text()


def receive(page: Any, company: Joining) -> None:
    """The buyer records that everything has come."""
    page.goto("/orders/receipts")
    row = page.locator("main li, main tr").filter(has_text=company.name)
    row.last.locator("a").first.click()
    if "/receipts/new" not in page.url:
        page.locator("main a[href*='/receipts/new']").first.click()
    press(page, "Kvittera allt")


def invoice(page: Any) -> None:
    """The supplier turns the order into an invoice."""
    page.goto("/supplier/orders")
    page.locator("main a[href*='/supplier/orders/']").first.click()
    press(page, "Skapa faktura")
    number = page.locator("#invoice-form input[name=number]")
    if number.count() and not number.input_value():
        number.fill(f"PF-{int(time.time()) % 1_000_000}")
    press(page, "Skicka fakturan")


def paid_on(page: Any) -> str:
    """What the supplier reads of the invoice when it has come to rest."""
    page.goto("/supplier/invoices")
    until(page, r"text=/Betalas \d/")
    return str(page.locator("main").inner_text())
