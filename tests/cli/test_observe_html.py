"""The report of an observation: it says what was seen and what is unknown, and needs nothing besides itself."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dbt_ghost.core.bill.bill import Actual, Bill, Line
from dbt_ghost.core.config.release import ObserveConfig
from dbt_ghost.core.observe.gate import Halves
from dbt_ghost.core.observe.objects import Finding
from dbt_ghost.core.observe.observation import Observation, observed
from dbt_ghost.core.record import RecordedProof
from dbt_ghost.providers import price_table
from ghost_cli.main import cli
from ghost_cli.report.report import observation_html
from tests.cli.report import (
    ALL,
    CHANGED,
    GHOST,
    SAME,
    figures,
    folds,
    observation,
    of_class,
    parsed,
    report,
    section_of,
    text_of,
    whole,
    with_samples,
)
from tests.core.observe.said import NOW, T, change, column, objects, step, table
from tests.core.test_drawing_svg import HOSTILE


@pytest.mark.parametrize(
    ("seen", "word"),
    [
        (observation(*SAME), "Pass"),
        (whole(), "Fail"),
        (observation(*SAME, gate={"min_rows": 10_000}), "Inconclusive"),
    ],
)
def test_it_begins_with_the_verdict_in_a_word_and_a_sentence(seen: Observation, word: str) -> None:
    root = report(seen)
    (verdict,) = of_class(root, "verdict")
    assert [each.tag for each in verdict] == ["svg", "p"]
    assert text_of(verdict).startswith(word)
    assert text_of(next(root.iter("title"))) == f"{word}: what fix/late-orders changes"
    header = next(root.iter("header"))
    assert list(header).index(verdict) == 1


def test_every_sentence_of_the_headline_stands_above_the_figures_in_its_order() -> None:
    seen = whole()
    header = text_of(next(report(seen).iter("header")))
    places = [header.index(sentence) for sentence in (*seen.headline, "Rows compared")]
    assert places == sorted(places)


def test_the_figures_are_those_that_the_gate_counted() -> None:
    seen = whole()
    shown = figures(report(seen))
    assert shown["Rows compared"] == f"{seen.verdict.seen.rows:,}"
    assert shown["Files compared"] == f"{seen.verdict.seen.files:,}"
    assert shown["Tables that differ because of the branch"] == f"2 of {len(ALL)}"
    assert shown["Steps whose files differ or fail"] == "2 of 3"


@pytest.mark.parametrize(("age", "told"), [(5, "5 min"), (119, "119 min"), (47 * 60, "47 h"), (4321, "3 days")])
def test_how_long_both_sides_were_seen_is_a_figure(age: int, told: str) -> None:
    assert figures(report(observation(*SAME, at=T + timedelta(minutes=age))))["Side by side for"] == told


def test_an_age_that_is_not_known_is_said() -> None:
    nothing = observed(GHOST, NOW, Halves(), ObserveConfig())
    assert figures(report(nothing))["Side by side for"] == "not known"
    assert "nothing was compared" in text_of(section_of(report(nothing), "Why: inconclusive"))


def test_all_reasons_of_the_gate_are_there_the_failures_first() -> None:
    seen = whole()
    why = text_of(section_of(report(seen), "Why: fail"))
    said = [each.replace("`", "") for each in (*seen.verdict.failures, *seen.verdict.doubts, *seen.verdict.notes)]
    assert len(said) > 8
    assert [why.index(each) for each in said] == sorted(why.index(each) for each in said)


def test_where_all_is_equal_there_is_nothing_to_declare_filter_or_unfold() -> None:
    root = report(observation(*SAME))
    assert folds(root) == {} and of_class(root, "filters") == []
    assert not list(root.iter("pre"))


def test_a_half_that_was_not_compared_says_why() -> None:
    halves = Halves(tables_unknown="dbt <is> gone", objects_unknown="access denied")
    root = report(observed(GHOST, NOW, halves, ObserveConfig()))
    assert "Tables were not compared: dbt <is> gone" in text_of(section_of(root, "Tables"))
    assert "Files were not compared: access denied" in text_of(section_of(root, "Files"))


def test_proof_and_cost_are_there_if_they_are_known() -> None:
    prices = price_table.load()
    line = Line("lambda_gb_second_arm64", "Lambda's time", Decimal(12), "GB-seconds", Decimal("0.1"), Decimal("1.2"))
    bill = Bill((line,), Decimal("1.2"), ("the warehouse was not asked",), prices.as_of, prices.region)
    proof = RecordedProof(claims=("No role writes",), documents={}, not_proved=("what `code` does",), reference="9")
    root = report(replace(whole(), bill=Actual(T, NOW, bill, bill)), proof=proof)
    cost = text_of(section_of(root, "What the ghost costs"))
    assert "12 GB-seconds" in cost and "$1.20" in cost and "the warehouse was not asked" in cost
    assert "at least $1.20" in figures(root)["Cost so far, at list prices"]
    proved = text_of(section_of(root, "Proof"))
    assert "No role writes" in proved and "what code does" in proved
    without = [text_of(each) for each in report(whole()).iter("h2")]
    assert not [each for each in without if "Proof" in each or "costs" in each]


def test_the_filters_are_radio_buttons_that_say_how_many_tables_they_show() -> None:
    root = report(whole())
    groups = {text_of(each[0]): [text_of(label) for label in each.iter("label")] for each in root.iter("fieldset")}
    assert groups == {
        "Whose": [
            "all 5",
            "because of the branch 2",
            "because of both 1",
            "by whom is unknown 2",
            "because production moved 2",
        ],
        "Declared in the branch": ["all 5", "not declared 3", "declared 1", "need not be 1"],
        "Schema": ["all 5", "analytics 1", "raw 3", "staging 1"],
    }
    checked = [each.get("id") for each in root.iter("input") if each.get("checked")]
    assert checked == ["whose-all", "gate-all", "schema-all"]
    assert len({each.get("name") for each in root.iter("input")}) == 3
    assert {each.get("type") for each in root.iter("input")} == {"radio"}


def test_every_filter_hides_tables_and_shows_as_many_as_it_says() -> None:
    root = report(whole())
    style = text_of(next(root.iter("style")))
    counts = {
        each.get("id"): int(text_of(each_label).split()[-1])
        for each_label in root.iter("label")
        for each in each_label.iter("input")
    }
    rules = re.findall(r"main:has\(#([\w-]+):checked\) \.t:not\(\.([\w-]+)\)", style)
    assert {one for one, _ in rules} == {each for each in counts if each and not each.endswith("-all")}
    for identity, class_ in rules:
        assert len(of_class(root, class_)) == counts[identity]
    assert set(re.findall(r"#([\w-]+):checked", style)) <= counts.keys()


def test_where_a_choice_leaves_no_table_it_says_so_and_only_there() -> None:
    root = report(whole())
    style = text_of(next(root.iter("style")))
    (told,) = re.findall(r"((?:main(?::has\(#[\w-]+:checked\))+ \.none(?:, )?)+) \{ display: block; \}", style)
    empty = {frozenset(re.findall(r"#([\w-]+):checked", each)) for each in told.split(",")}
    shown = [set((each.get("class") or "").split()) for each in of_class(root, "t")]
    assert frozenset({"gate-declared", "schema-2"}) in empty
    assert not [wanted for wanted in empty if any(wanted <= classes for classes in shown)]
    ids = [each.get("id") or "" for each in root.iter("input") if not each.get("checked")]
    pairs_of = {frozenset({one, other}) for one in ids for other in ids if one.split("-")[0] < other.split("-")[0]}
    unsaid = {pair for pair in pairs_of if not any(pair <= classes for classes in shown)} - empty
    assert unsaid == set()
    assert len(of_class(root, "none")) == 1


def test_it_can_be_read_without_seeing_it() -> None:
    root = report(whole())
    assert root.get("lang") == "en"
    assert [len(list(root.iter(name))) for name in ("h1", "main", "title")][:2] == [1, 1]
    assert all(each[0].tag == "h2" for each in root.iter("section"))
    assert all(each[0].tag == "summary" and text_of(each[0]) for each in root.iter("details"))
    assert all(each[0].tag == "legend" for each in root.iter("fieldset"))
    assert all(next(each.iter("caption")).text for each in root.iter("table"))
    for picture in (each for each in root.iter("svg") if each.get("aria-hidden") != "true"):
        assert picture.get("role") == "img" and picture[0].tag == "title" and picture[0].text
    scrolled = of_class(root, "scroll")
    assert {(each.get("tabindex"), each.get("role")) for each in scrolled} == {("0", "region")}
    assert all(each.get("aria-label") for each in scrolled)


def test_it_fetches_nothing_and_runs_nothing() -> None:
    page = observation_html(whole())
    root = parsed(page)
    assert not re.search(r"https?:|url\(|@import|javascript:", page)
    assert not {"script", "link", "img", "iframe", "object", "use", "image", "form"} & {e.tag for e in root.iter()}
    keys = {key for each in root.iter() for key in each.attrib}
    assert not {key for key in keys if key.startswith("on") or key in ("href", "src", "style")}
    policies = [each.get("content") or "" for each in root.iter("meta") if each.get("http-equiv")]
    assert [policy.split(";")[0] for policy in policies] == ["default-src 'none'"]
    ids = [each.get("id") for each in root.iter() if each.get("id")]
    assert len(ids) == len(set(ids))


def evil_file(what: str) -> tuple[Finding]:
    assert CHANGED.rows
    rows = replace(CHANGED.rows, columns=((what, 1),), prod_samples=({what: what},), note=what)
    return (replace(CHANGED, bucket=what, sides=replace(CHANGED.sides, key=what), why=f"x {what}", rows=rows),)


@pytest.mark.parametrize("evil", HOSTILE)
def test_what_data_and_people_say_is_text_and_nothing_else(evil: str) -> None:
    def named(what: str) -> ET.Element:
        rows = {"key": {what: what}, "prod": {what: what}, "ghost": {what: what}}
        of = table(
            f"raw.{what}",
            with_samples(change("yours", 3) | {"columns": {what: 3}}, rows),
            with_samples(change("yours", 3, "added"), rows | {"prod": None}),
            schema=[column(what) | {"ghost": what}],
            narrowed=[{"column": what, "value": what, "rows": 1, "of": 1, "share_of_all": 1.0}],
            note=f"x {what}",
            ignored=[what],
            key=[what],
        )
        files = objects(
            replace(step(f"a{what}", changed=1), outputs=((what, what),), shared=what, samples=evil_file(what))
        )
        seen = observation(of, files=files, expect=[{"step": f"a{what}", "because": what}])
        return report(replace(seen, headline=(what,)))

    found, harmless = named(evil), named("x")
    assert [each.tag for each in found.iter()] == [each.tag for each in harmless.iter()]
    assert [sorted(each.attrib) for each in found.iter()] == [sorted(each.attrib) for each in harmless.iter()]


def observe(*options: str, exit_code: int) -> Result:
    result = CliRunner().invoke(cli, ["observe", "--branch", "fix/late-orders", *options])
    assert result.exit_code == exit_code, result.output
    return result


@pytest.mark.usefixtures("warehouse_only")
def test_the_report_is_written_beside_the_text_and_it_is_said_where(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    result = observe("--no-tables", "--html", str(file), exit_code=3)
    assert result.stdout == observe("--no-tables", exit_code=3).stdout
    assert f"The report: {file}\n" in result.stderr
    assert text_of(parsed(file.read_text())[1]).startswith("What fix/late-orders changes")


@pytest.mark.usefixtures("warehouse_only")
def test_the_report_alone_is_printed_for_a_dash() -> None:
    printed = observe("--no-tables", "--html", "-", exit_code=3)
    assert of_class(parsed(printed.stdout), "inconclusive")


@pytest.mark.parametrize("other", ["--json", "--markdown"])
def test_the_report_and_another_answer_on_stdout_is_a_usage_error(other: str) -> None:
    assert "choose one" in observe("--html", "-", other, exit_code=2).stderr


def test_a_missing_folder_is_said_before_anything_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # which is no dbt project
    assert "there is no folder reports" in observe("--html", "reports/a.html", exit_code=2).stderr
