"""Installing the official rules out of the archive they come in: what is taken, and what is refused."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal.cli.rules import rules as rules_command
from portal.doctor import _rules as doctor_says
from portal.formats import rule_jar
from portal.formats.rule_jar import FILES, FOLDER, install_jar
from portal.formats.rulesets import edition_of, installed_rules, list_rules
from portal.kernel.errors import Invalid
from tests.formats.test_rules import SHEET

TODAY = date(2026, 11, 29)
CEN, PEPPOL, ORDER = "CEN-EN16931-UBL.xslt", "PEPPOL-EN16931-UBL.xslt", "PEPPOLBIS-T01.xslt"


def jar(folder: Path, files: Mapping[str, str]) -> Path:
    path = folder / "rules.jar"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def edition(name: str, *files: str) -> dict[str, str]:
    return dict.fromkeys((f"{FOLDER}/{name}/xslt/{file}" for file in files or (CEN, PEPPOL, ORDER)), SHEET)


def test_only_the_edition_in_force_is_taken_and_only_files_that_are_known(tmp_path: Path) -> None:
    content = edition("2026.5") | edition("2025.11") | edition("2024.5") | {
        f"{FOLDER}/2026.5/xslt/OTHER.xslt": "<no/>", f"{FOLDER}/2026.5/xslt/../../../../{CEN}": "<no/>",
        "external/schematron/pint/2026.5/xslt/X.xslt": "<no/>", "com/helger/Some.class": "x",
    }  # fmt: skip
    sets = install_jar(jar(tmp_path, content), tmp_path / "data", TODAY)
    assert {(one.name, one.edition, one.in_force) for one in sets} == {
        (name, "2026.5", date(2026, 8, 17)) for name in ("en16931", "peppol", "peppol-order")
    }
    (folder,) = (tmp_path / "data" / "rules").iterdir()
    assert sorted(path.name for path in folder.iterdir()) == sorted([CEN, PEPPOL, ORDER, "rules.toml"])
    assert edition_of(list_rules(tmp_path / "data", TODAY)) == "2026.5"
    assert [one.name for one in installed_rules(tmp_path / "data") if "order" in one.applies_to] == [
        "peppol-order"
    ]


def test_before_its_day_the_next_edition_is_kept_beside_the_one_in_force(tmp_path: Path) -> None:
    content = jar(tmp_path, edition("2026.5") | edition("2025.11"))
    install_jar(content, tmp_path / "data", date(2026, 6, 1))
    for day, expected in ((date(2026, 8, 16), "2025.11"), (date(2026, 8, 17), "2026.5")):
        assert edition_of(list_rules(tmp_path / "data", day)) == expected


def test_an_edition_whose_day_is_not_known_is_asked_for(tmp_path: Path) -> None:
    content = jar(tmp_path, edition("2026.5") | edition("2026.11"))
    with pytest.raises(Invalid, match=r"2026\.11 börjar gälla.*--in-force 2026\.11="):
        install_jar(content, tmp_path / "data", TODAY)
    assert not (tmp_path / "data").exists()
    install_jar(content, tmp_path / "data", TODAY, {"2026.11": date(2027, 2, 22)})
    assert edition_of(list_rules(tmp_path / "data", date(2027, 2, 21))) == "2026.5"
    assert edition_of(list_rules(tmp_path / "data", date(2027, 2, 22))) == "2026.11"


def refused(tmp_path: Path, path: Path) -> str:
    with pytest.raises(Invalid) as error:
        install_jar(path, tmp_path / "data", TODAY)
    assert not (tmp_path / "data").exists()
    return str(error.value)


def test_what_is_no_such_archive_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "text.jar"
    text.write_text("hej")
    assert "inte att läsa som ett arkiv" in refused(tmp_path, text)
    assert "inga Peppolregler" in refused(tmp_path, jar(tmp_path, {"a.txt": "b"}))
    assert "inga Peppolregler" in refused(tmp_path, jar(tmp_path, edition("2026.5", PEPPOL)))
    assert "inget fungerande regelverk" in refused(
        tmp_path, jar(tmp_path, edition("2026.5") | {f"{FOLDER}/2026.5/xslt/{ORDER}": "<xsl:oops/>"})
    )


def test_an_archive_that_swells_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_jar, "MAX_FILE", 10_000)
    content = jar(
        tmp_path, edition("2026.5") | {f"{FOLDER}/2026.5/xslt/{ORDER}": "<a>" + " " * 10_000 + "</a>"}
    )
    assert content.stat().st_size < 5_000
    assert "orimligt stort" in refused(tmp_path, content)
    monkeypatch.setattr(rule_jar, "MAX_ENTRIES", 3)
    assert "orimligt stort" in refused(tmp_path, jar(tmp_path, edition("2026.5") | {"one": "", "more": ""}))


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    path = jar(tmp_path, edition("2026.5"))
    data = bytearray(path.read_bytes())
    data[60:200] = bytes(140)
    path.write_bytes(data)
    assert "inte att läsa som ett arkiv" in refused(tmp_path, path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    path = jar(tmp_path, edition("2026.5"))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(f"{FOLDER}/2026.5/xslt/{CEN}", "<other/>")
    assert "inte att läsa som ett arkiv" in refused(tmp_path, path)


def test_every_message_the_portal_writes_has_its_file() -> None:
    documents = {document for entry in FILES.values() for document in entry.applies_to}
    assert {
        "invoice", "credit_note", "order", "order_response", "order_change", "order_cancellation", "order_agreement",
        "catalogue", "punch_out", "despatch_advice", "application_response", "message_level_response",
    } <= documents  # fmt: skip


def test_the_commands_show_what_is_in_force(tmp_path: Path) -> None:
    path, environment = jar(tmp_path, edition("2026.5")), {"PORTAL_DATA_DIR": str(tmp_path / "data")}
    run = CliRunner(env=environment).invoke
    before = json.loads(run(rules_command, ["list", "--json"]).stdout)
    assert [(one["edition"], one["stand_in"]) for one in before if one["name"] == "peppol"] == [
        ("2026.5", True)
    ]
    wrong = run(rules_command, ["install", str(path), "--in-force", "2026.11=snart"])
    assert wrong.exit_code == 1 and "är ingen utgåva och dag" in wrong.output
    told = run(rules_command, ["install", str(path)])
    assert told.exit_code == 0 and "2026.5 (ersättning)    ersatt" in told.stdout
    after = json.loads(run(rules_command, ["list", "--json"]).stdout)
    states = [(one["stand_in"], one["state"]) for one in after if one["name"] == "peppol"]
    assert states == [(True, "replaced"), (False, "in_force")]


def test_the_doctor_says_which_rules_are_in_force(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"

    def said(day: date) -> tuple[str, bool]:
        finding = doctor_says(list_rules(data_dir, day), day, production=True)
        return finding.text, finding.warning

    text, warning = said(TODAY)
    assert warning and "Portalens ersättning för utgåva 2026.5 gäller" in text and "make rules" in text
    install_jar(jar(tmp_path, edition("2026.5")), data_dir, TODAY)
    assert said(TODAY) == ("Peppols officiella regler, utgåva 2026.5, gäller sedan 2026-08-17.", False)
    text, warning = said(date(2027, 2, 18))
    assert warning and "En nyare utgåva gäller troligen" in text
