"""The rule sets: what we add to the packaged ones, what we take from their reports, how they are replaced."""

from __future__ import annotations

import multiprocessing
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from lxml import etree
from saxonche import PySaxonProcessor

from portal.formats import added_rules, rule_runner
from portal.formats.added_rules import changed_ids
from portal.formats.check import check_document, check_rules
from portal.formats.en16931 import Identifier, Invoice
from portal.formats.findings import Finding
from portal.formats.peppol.invoice_writer import write_invoice
from portal.formats.rule_install import install_rules
from portal.formats.rule_pool import RulePool
from portal.formats.rulesets import RuleSet, edition_of, in_force, kept_rules, list_rules, packaged_rules
from portal.formats.stand_in import Unexpected, amend
from portal.formats.swedish_texts import SWEDISH_TEXTS
from portal.formats.xml import read_trusted
from portal.kernel.errors import Invalid

WRONG_DIGIT = "5599001013"


def codes(invoice: Invoice) -> list[tuple[str, str]]:
    return [(finding.code, finding.severity) for finding in check_document(write_invoice(invoice)).findings]


def seller_id(invoice: Invoice, number: str, scheme: str | None) -> Invoice:
    return replace(invoice, seller=replace(invoice.seller, legal_id=Identifier(number, scheme)))


def test_the_untouched_invoice_breaks_no_rule(invoice: Invoice) -> None:
    assert codes(invoice) == []


def test_se_r_013_finds_a_wrong_check_digit_of_a_swedish_seller(invoice: Invoice) -> None:
    assert codes(seller_id(invoice, WRONG_DIGIT, None)) == [("SE-R-013", "fatal")]
    abroad = replace(invoice.seller, address=replace(invoice.seller.address, country="NO"))
    assert codes(seller_id(replace(invoice, seller=abroad), WRONG_DIGIT, None)) == []


def test_se_r_003_and_004_are_fatal(invoice: Invoice) -> None:
    found = dict(codes(seller_id(invoice, "559900-1012", None)))
    assert found == {"SE-R-003": "fatal", "SE-R-004": "fatal", "SE-R-013": "fatal"}


@pytest.mark.parametrize("code", ["326", "384"])
def test_p0112_keeps_two_type_codes_for_german_parties(invoice: Invoice, code: str) -> None:
    assert dict(codes(replace(invoice, type_code=code)))["PEPPOL-EN16931-P0112"] == "fatal"
    assert "PEPPOL-EN16931-P0112" not in dict(codes(invoice))
    german = replace(
        invoice,
        type_code=code,
        seller=replace(invoice.seller, address=replace(invoice.seller.address, country="DE")),
        buyer=replace(invoice.buyer, address=replace(invoice.buyer.address, country="DE")),
    )
    assert "PEPPOL-EN16931-P0112" not in dict(codes(german))


PLACES: dict[str, Callable[[Invoice, str], Invoice]] = {
    "EndpointID": lambda invoice, number: replace(
        invoice, buyer=replace(invoice.buyer, endpoint=Identifier(number, "0007"))
    ),
    "ID": lambda invoice, number: replace(
        invoice, buyer=replace(invoice.buyer, identifiers=(Identifier(number, "0007"),))
    ),
    "CompanyID": lambda invoice, number: replace(
        invoice, buyer=replace(invoice.buyer, legal_id=Identifier(number, "0007"))
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_r049_counts_the_check_digit_in_all_three_places(invoice: Invoice, place: str) -> None:
    (finding,) = check_document(write_invoice(PLACES[place](invoice, WRONG_DIGIT))).findings
    assert (finding.code, finding.severity, finding.layer) == ("PEPPOL-COMMON-R049", "fatal", "peppol")
    assert finding.location.endswith(f"cbc:{place}[1]")
    assert codes(PLACES[place](invoice, "2120990011")) == []


@pytest.mark.parametrize("number", ["212099001", "21209900110", "212099-001"])
def test_r049_is_found_once_when_the_packaged_part_finds_it(invoice: Invoice, number: str) -> None:
    assert codes(PLACES["EndpointID"](invoice, number)) == [("PEPPOL-COMMON-R049", "fatal")]


@pytest.mark.parametrize(
    ("number", "right"),
    [("2120990011", True), ("5599001012", True), ("9699001088", True), ("2120990012", False), ("212099001", False),
     ("21209900１1", False), ("55990010127", True)],
)  # fmt: skip
def test_luhn_is_that_of_the_official_rule(invoice: Invoice, number: str, right: bool) -> None:
    """Of a number that is too long the first ten count; its length is another rule's."""
    assert ("SE-R-013" not in dict(codes(seller_id(invoice, number, None)))) is right


def test_changes_that_do_not_fit_the_packaged_rules_are_not_written_in_silence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sheet = read_trusted(stand_in_set().path)
    monkeypatch.setattr(added_rules, "TESTS", {"NO-SUCH-RULE": "true()"})
    with pytest.raises(Unexpected, match="NO-SUCH-RULE"):
        amend(sheet)


def stand_in_set() -> RuleSet:
    return next(one for one in packaged_rules() if one.stands_in)


def as_packaged(data: bytes, rules: Sequence[RuleSet]) -> list[tuple[str | None, str]]:
    """What the stylesheets say when nothing is taken out of them."""
    saxon = PySaxonProcessor(license=False)
    saxon.set_configuration_property("http://saxon.sf.net/feature/allowedProtocols", "file")
    node = saxon.parse_xml(xml_text=parse_data(data))
    found = []
    for rule_set in rules:
        whole = read_trusted(rule_set.path)
        if rule_set.stands_in:
            amend(whole)
        text = etree.tostring(whole, encoding="unicode")
        sheet = saxon.new_xslt30_processor().compile_stylesheet(stylesheet_text=text)
        report = read_trusted(sheet.transform_to_string(xdm_node=node).encode())
        found += [
            (failed.get("id"), rule_runner.readable(failed.get("location") or ""))
            for failed in report.iter("{http://purl.oclc.org/dsdl/svrl}failed-assert")
        ]
    return found


def parse_data(data: bytes) -> str:
    return data.decode().split("?>", 1)[-1]


def test_leaving_out_the_chatter_leaves_every_finding(invoice: Invoice) -> None:
    xml = write_invoice(invoice).decode()
    faults = [
        (r"<cbc:DocumentCurrencyCode>SEK", "<cbc:DocumentCurrencyCode>XXX"),
        (r"<cac:TaxTotal>.*?</cac:TaxTotal>", ""),
        (r'schemeID="0088"', 'schemeID="9999"'),
        (r"<cbc:Percent>25", "<cbc:Percent>24"),
        (r"<cbc:Name>Kop[^<]*", "<cbc:Name> "),
    ]
    for pattern, replacement in faults:
        xml = re.sub(pattern, replacement, xml, flags=re.DOTALL)
    rules = [rule_set for rule_set in packaged_rules() if rule_set.kind == "schematron"]
    ours = [(one.code, one.location) for one in check_rules(xml.encode())]
    packaged = as_packaged(xml.encode(), rules)
    assert len(packaged) > 10
    assert ours == packaged


def test_findings_are_the_same_from_any_thread(invoice: Invoice) -> None:
    data = write_invoice(seller_id(invoice, WRONG_DIGIT, "0007"))
    found: list[list[Finding]] = []
    threads = [threading.Thread(target=lambda: found.append(check_rules(data))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [check_rules(data)] * 4


def test_a_pool_answers_in_order_and_leaves_nobody_behind(invoice: Invoice) -> None:
    good = write_invoice(invoice)
    bad = write_invoice(seller_id(invoice, WRONG_DIGIT, None))
    with RulePool(1) as pool:
        answers = list(pool.check_many([good, bad, b"", good] * 3))
        assert pool.submit(bad).result().verdict == "rejected"
    assert [[finding.code for finding in found] for found in answers] == [[], ["SE-R-013"], ["EMPTY"], []] * 3
    assert multiprocessing.active_children() == []


MANIFEST = '[[rule_set]]\nname = "peppol"\nversion_date = {day}\npath = "new.xsl"\napplies_to = ["invoice"]\n'
SHEET = """<xsl:transform version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
  xmlns:svrl="http://purl.oclc.org/dsdl/svrl"><xsl:template match="/"><svrl:schematron-output>
  <svrl:failed-assert id="SE-R-013" flag="fatal" location="/"><svrl:text>new</svrl:text></svrl:failed-assert>
  </svrl:schematron-output></xsl:template></xsl:transform>"""


TODAY = date(2026, 11, 29)


def rules_folder(tmp_path: Path, day: str, more: str = "") -> Path:
    folder = tmp_path / f"rules-{day}"
    folder.mkdir()
    (folder / "rules.toml").write_text(MANIFEST.format(day=day) + more)
    (folder / "new.xsl").write_text(SHEET)
    return folder


def test_a_later_set_replaces_the_packaged_one_and_is_not_doubled(tmp_path: Path, invoice: Invoice) -> None:
    data_dir = tmp_path / "data"
    assert list_rules(data_dir, TODAY) == packaged_rules()
    (installed,) = install_rules(rules_folder(tmp_path, "2026-05-20"), data_dir)
    assert install_rules(tmp_path / "rules-2026-05-20", data_dir) == (installed,)
    rules = list_rules(data_dir, TODAY)
    assert [one for one in rules if one.name == "peppol"] == [installed]
    assert (installed.version_date, installed.layer) == (date(2026, 5, 20), "peppol")
    wrong = write_invoice(seller_id(invoice, WRONG_DIGIT, None))
    assert [one.code for one in check_document(wrong, rules=rules).findings].count("SE-R-013") == 1


def test_an_older_set_is_not_in_force(tmp_path: Path) -> None:
    install_rules(rules_folder(tmp_path, "2020-01-01"), tmp_path / "data")
    assert list_rules(tmp_path / "data", TODAY) == packaged_rules()


def test_the_day_of_arrival_chooses_between_the_set_in_force_and_the_next(tmp_path: Path) -> None:
    """C33: a portal keeps both; a set without a day of its own comes into force after three months."""
    data_dir = tmp_path / "data"
    (now,) = install_rules(rules_folder(tmp_path, "2026-05-20"), data_dir)
    (coming,) = install_rules(rules_folder(tmp_path, "2026-11-17", 'edition = "2026.11"\n'), data_dir)
    kept = kept_rules(data_dir)
    assert {now, coming} <= set(kept)

    def chosen(day: date) -> RuleSet:
        return next(one for one in in_force(kept, day) if one.name == "peppol")

    assert chosen(date(2026, 8, 19)).stands_in  # in force two days before the installed one
    assert chosen(date(2026, 8, 20)) == now
    assert chosen(date(2027, 2, 16)) == now
    assert chosen(date(2027, 2, 17)) == coming
    assert chosen(date(2020, 1, 1)) in kept
    assert edition_of(in_force(kept, date(2027, 3, 1))) == "2026.11"
    assert edition_of(packaged_rules()) == "2026.5-stand-in"


def test_the_pool_judges_by_the_day_of_arrival(tmp_path: Path, invoice: Invoice) -> None:
    install_rules(rules_folder(tmp_path, "2026-11-17"), tmp_path / "data")
    good = write_invoice(invoice)
    with RulePool(1, rules=kept_rules(tmp_path / "data")) as pool:
        before, after = pool.submit(good, date(2027, 2, 16)), pool.submit(good, date(2027, 2, 17))
        assert before.result().findings == ()
        assert [one.code for one in after.result().findings] == ["SE-R-013"]


def test_a_folder_that_is_no_rules_folder_is_refused(tmp_path: Path) -> None:
    def attempt(manifest: str | None) -> str:
        folder = tmp_path / "bad"
        folder.mkdir(exist_ok=True)
        if manifest is not None:
            (folder / "rules.toml").write_text(manifest)
        with pytest.raises(Invalid) as refused:
            install_rules(folder, tmp_path / "data")
        return str(refused.value)

    (tmp_path / "outside.xsl").write_text(SHEET)
    assert "saknar filen rules.toml" in attempt(None)
    assert "går inte att läsa" in attempt("not = [toml")
    assert "går inte att läsa" in attempt("rule_set = []")
    assert "finns inte i mappen" in attempt(MANIFEST.format(day="2026-05-20"))
    assert "finns inte i mappen" in attempt(
        MANIFEST.format(day="2026-05-20").replace("new.xsl", "../outside.xsl")
    )
    (tmp_path / "bad" / "new.xsl").write_text("<xsl:oops/>")
    assert "new.xsl är inget fungerande regelverk" in attempt(MANIFEST.format(day="2026-05-20"))
    (tmp_path / "bad" / "new.xsl").write_text(SHEET.replace('match="/"', 'match="["'))
    assert "new.xsl är inget fungerande regelverk" in attempt(MANIFEST.format(day="2026-05-20"))
    assert "fel ifyllt" in attempt('[[rule_set]]\nname = "x"\n')
    assert not (tmp_path / "data").exists()


SPOKEN = re.compile(r"BR-(?:[0-9]+|CO-[0-9]+|(?:S|Z|E|AE|O|IC|G)-[0-9]+|DEC-[0-9]+|CL-[0-9]+)")
SPOKEN_PEPPOL = re.compile(r"PEPPOL-(?:EN16931|COMMON)-[A-Z0-9-]+|SE-R-[0-9]+")


def ids_in(name: str, pattern: re.Pattern[str]) -> set[str]:
    path = next(rule_set.path for rule_set in packaged_rules() if rule_set.name == name)
    return {
        code for code in re.findall(r"[A-Z0-9]+(?:-[A-Z0-9]+)+", path.read_text()) if pattern.fullmatch(code)
    }


def test_every_common_rule_has_a_swedish_text() -> None:
    wanted = ids_in("en16931", SPOKEN) | ids_in("peppol", SPOKEN_PEPPOL)
    wanted |= {code for code in changed_ids() if SPOKEN_PEPPOL.fullmatch(code)}
    assert len(wanted) > 200
    assert wanted - SWEDISH_TEXTS.keys() == set()


def test_swedish_texts_are_short_plain_sentences() -> None:
    for code, text in SWEDISH_TEXTS.items():
        assert text.endswith("."), code
        assert not re.search(r"\b(shall|must|the|invoice|should)\b", text, re.IGNORECASE), code
        assert all(len(sentence.split()) <= 25 for sentence in text.split(". ")), code
