"""Each cell is told its column's heading, whatever the table holds, and nothing foreign becomes markup."""

from __future__ import annotations

from markupsafe import Markup, escape

from portal.web.cards import cards

HEAD = (
    '<thead><tr><th scope="col">Order</th>'
    '<th scope="col" class="num"><a href="?sort">Belopp, kr<svg><path/></svg></a></th>'
    '<th scope="col" class="wide">Varför</th><th scope="col"><span class="sr-only">Åtgärd</span></th></tr></thead>'
)


def _body(rows: str) -> str:
    return str(cards(Markup(f"{HEAD}<tbody>{rows}</tbody>"))).partition("<tbody")[2]


def test_a_cell_is_told_its_heading_and_its_role() -> None:
    row = '<tr data-row><th scope="row">EX-1</th><td class="num">12,50</td><td>Priset</td><td><a>V</a></td></tr>'
    assert _body(row) == (
        ' role="rowgroup"><tr data-row role="row"><th scope="row" role="rowheader">EX-1</th>'
        '<td class="num" role="cell" data-label="Belopp, kr">12,50</td>'
        '<td role="cell" data-label="Varför" data-wide>Priset</td>'
        '<td role="cell"><a>V</a></td></tr></tbody>'
    )


def test_headings_are_headings_to_those_who_listen() -> None:
    head = str(cards(Markup(HEAD)))
    assert head.count('role="columnheader"') == 4
    assert head.startswith('<thead role="rowgroup"><tr role="row">')


def test_a_heading_that_is_a_number_says_of_what() -> None:
    table = Markup(
        '<thead><tr><th scope="col" class="num">Rad</th></tr></thead>'
        '<tbody><tr><th scope="row" class="num">418</th></tr></tbody>'
    )
    assert 'role="rowheader" data-label="Rad">418' in cards(table)


def test_a_cell_across_columns_moves_those_after_it_and_has_no_heading_itself() -> None:
    body = _body('<tr><td colspan="2">Allt</td><td>Därför</td></tr>')
    assert '<td colspan="2" role="cell">' in body
    assert 'data-label="Varför" data-wide>Därför' in body


def test_a_group_and_a_foot_have_their_own_words() -> None:
    group = _body('<tr class="group"><th scope="colgroup" colspan="4">Stopp</th></tr>')
    assert 'role="rowheader">Stopp' in group
    foot = cards(
        Markup(f'{HEAD}<tfoot><tr><th scope="row">Summa</th><td class="num">12,50</td></tr></tfoot>')
    )
    assert '<td class="num" role="cell">12,50' in foot


def test_more_cells_than_headings_and_no_heading_at_all() -> None:
    assert 'role="cell">6<' in _body("<tr><td>1</td><td>2</td><td>3</td><td>4</td><td>5</td><td>6</td></tr>")
    assert cards(Markup("<tbody><tr><td>1</td></tr></tbody>")) == (
        '<tbody role="rowgroup"><tr role="row"><td role="cell">1</td></tr></tbody>'
    )


def test_what_people_have_written_stays_text() -> None:
    hostile = '"><td onclick="x">&'
    table = Markup("<thead><tr><th>{}</th></tr></thead><tbody><tr><td>{}</td></tr></tbody>").format(
        hostile, hostile
    )
    made = str(cards(table))
    assert made.count("<td") == 1
    assert f'data-label="{escape(hostile)}"' in made
    assert cards("<td>") == "&lt;td&gt;"


def test_a_quote_in_a_heading_does_not_end_the_attribute() -> None:
    table = Markup('<thead><tr><th>24" skärm</th></tr></thead><tbody><tr><td>1</td></tr></tbody>')
    assert 'data-label="24&#34; skärm">1' in cards(table)
