"""The report in a real browser: it looks as it should, its filters filter, and nothing runs or is fetched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ghost_cli.report.report import observation_html
from tests.browser.chromium import Page
from tests.browser.png import picture
from tests.cli.report import ALL, FILES, many, observation, sample, whole, with_samples
from tests.core.observe.said import change, table

WIDTHS = (1280, 390)
SEEN = (
    "[...document.querySelectorAll('.t')].filter(e => e.checkVisibility())"
    ".map(e => e.querySelector('code').textContent)"
)
UNFOLD = "document.querySelectorAll('details').forEach(e => { e.open = true })"


@pytest.fixture
def report(tmp_path: Path) -> Path:
    file = tmp_path / "report.html"
    file.write_text(observation_html(whole()), encoding="utf-8")
    return file


def shown(page: Page) -> list[str]:
    """The tables that are to be seen."""
    names: list[str] = page.says(SEEN)
    return names


def test_it_opens_without_an_error_and_asks_for_nothing_but_itself(page: Page, report: Path) -> None:
    page.open(report)
    assert page.says("document.title") == "Fail: what fix/late-orders changes"
    assert page.told("Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled") == []
    assert [each["request"]["url"] for each in page.told("Network.requestWillBeSent")] == [report.as_uri()]


def test_its_policy_lets_no_script_run_and_nothing_be_fetched(page: Page, report: Path) -> None:
    """Even if one were there: the policy is seen to work."""
    evil = "<script>document.title = 'ran'</script><img src='http://127.0.0.1:9/x' alt=''>"
    report.write_text(report.read_text().replace("<main>", f"<main>{evil}"))
    page.open(report)
    assert page.says("document.title") == "Fail: what fix/late-orders changes"
    refused = [each["entry"]["text"] for each in page.told("Log.entryAdded")]
    assert len([each for each in refused if "Content Security Policy" in each]) == 2


def test_what_data_says_is_read_as_it_is(page: Page, tmp_path: Path) -> None:
    values = ("<script>document.title = 'ran'</script>", "שלום", "  two  spaces ")
    rows = [sample(str(number), {"a": each}, {"a": ""}) for number, each in enumerate(values)]
    file = tmp_path / "report.html"
    seen = observation(table("raw.a", with_samples(change("yours", 3, a=3), *rows)))
    file.write_text(observation_html(seen), encoding="utf-8")
    page.open(file)
    assert page.says("[...document.querySelectorAll('td.prod')].map(e => e.textContent)") == list(values)
    assert page.says("getComputedStyle(document.querySelectorAll('td.prod')[2]).whiteSpace") == "pre-wrap"
    assert page.says("document.title") != "ran"


def test_a_click_on_each_filter_hides_all_tables_but_its_own(page: Page, report: Path) -> None:
    page.open(report)
    every = shown(page)
    assert len(every) == 5
    ids: list[str] = page.says("[...document.querySelectorAll('input')].map(e => e.id)")
    narrowed = 0
    for identity in ids:
        page.click(f"label:has(#{identity})")
        assert page.says(f"document.getElementById('{identity}').checked")
        count = int(page.says(f"document.querySelector('label:has(#{identity}) b').textContent"))
        assert len(shown(page)) == count
        narrowed += count < len(every)
        page.click(f"label:has(#{identity.split('-')[0]}-all)")
        assert shown(page) == every
    assert narrowed == len(ids) - 3


def test_filters_add_up_and_where_nothing_is_left_it_says_so(page: Page, report: Path) -> None:
    page.open(report)
    told = "document.querySelector('.none').checkVisibility()"
    page.click("label:has(#whose-world)")
    assert shown(page) == ["analytics.orders", "raw.events"]
    page.click("label:has(#gate-others)")
    assert shown(page) == ["raw.events"]
    assert page.says(told) is False
    page.click("label:has(#schema-0)")
    assert shown(page) == []
    assert page.says(told) is True


def test_the_keyboard_alone_filters_and_unfolds(page: Page, report: Path) -> None:
    page.open(report)
    page.says("document.getElementById('whose-all').focus()")
    page.press("ArrowRight", 39)
    assert page.says("document.activeElement.id") == "whose-yours"
    assert shown(page) == ["analytics.orders", "raw.fresh"]
    for _ in range(3):  # past the other groups, each of which is one stop
        page.press("Tab", 9)
    assert page.says("document.activeElement.tagName") == "SUMMARY"
    assert page.says("document.activeElement.matches(':focus-visible')")
    page.press("Enter", 13)
    assert page.says("document.activeElement.parentElement.open") is True
    assert page.says("document.querySelector('.samples').checkVisibility()") is True


@pytest.mark.parametrize("unfolded", [False, True])
@pytest.mark.parametrize("width", WIDTHS)
def test_it_is_no_wider_than_the_window(page: Page, report: Path, width: int, unfolded: bool) -> None:
    page.open(report, width)
    if unfolded:
        page.says(UNFOLD)
    assert page.says("document.documentElement.scrollWidth") <= width
    beyond = (
        "[...document.querySelectorAll('body *')].filter(e => e.checkVisibility() && !e.closest('.scroll, pre')"
        f" && e.getBoundingClientRect().right > {width} + 0.5).map(e => e.outerHTML.slice(0, 80))"
    )
    assert page.says(beyond) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_screenshot_shows_something_on_the_ground_that_was_asked_for(
    page: Page, report: Path, width: int, scheme: str
) -> None:
    page.open(report, width, 800, scheme=scheme)
    drawn = picture(page.screenshot())
    assert (drawn.width, drawn.height) == (width, 800)
    assert len(drawn.colours) > 50
    assert drawn.colours[drawn.ground] < 0.9 * width * 800
    assert (sum(drawn.ground) > 3 * 128) == (scheme == "light")


CONTRAST = """(() => {
  const rgb = text => (text.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
  const light = c => { const [r, g, b] = c.slice(0, 3).map(v => v / 255).map(
    v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
  const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  const texts = [...document.querySelectorAll('body *')].filter(e => !e.closest('svg') && e.checkVisibility()
    && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()));
  const found = texts.map(e => [ratio(rgb(getComputedStyle(e).color), ground(e)), e.outerHTML.slice(0, 90)]);
  const bars = [...document.querySelectorAll('.bar text')].map(e => [ratio(rgb(getComputedStyle(e).fill),
    rgb(getComputedStyle(e.previousElementSibling).fill)), e.outerHTML]);
  return [found.length, bars.length, [...found, ...bars].filter(f => f[0] < 4.5)];
})()"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out_from_its_ground(page: Page, report: Path, scheme: str) -> None:
    """4.5 to 1, as WCAG 2 asks for."""
    page.open(report, scheme=scheme)
    page.says(UNFOLD)
    texts, bars, faint = page.says(CONTRAST)
    assert (texts > 200, bars > 0) == (True, True)
    assert faint == []


def test_a_screen_reader_hears_a_name_for_all_that_can_be_used_or_looked_at(page: Page, report: Path) -> None:
    page.open(report)
    page.says(UNFOLD)
    nodes: list[Any] = page.call("Accessibility.getFullAXTree")["nodes"]
    named: dict[str, list[str]] = {}
    for node in nodes:
        if not node.get("ignored"):
            role = node.get("role", {}).get("value", "")
            named.setdefault(role, []).append(node.get("name", {}).get("value", ""))
    for role in ("radio", "image", "region", "DisclosureTriangle", "heading", "table"):
        assert named.get(role) and all(named[role]), role
    assert {"Whose", "Declared in the branch", "Schema"} <= set(named["group"])
    assert "because of the branch 2" in named["radio"]
    (orders,) = [each for each in named["DisclosureTriangle"] if each.startswith("analytics.orders")]
    assert "980 rows because of the branch" in orders and "1,140 of 120,120 rows" in orders


def test_what_is_folded_is_printed_and_the_filters_are_not(page: Page, report: Path) -> None:
    page.open(report, 794, media="print")
    assert page.says("document.querySelectorAll('details[open]').length") == 0
    rows = page.says("[...document.querySelectorAll('.samples tr')].map(e => e.checkVisibility())")
    assert len(rows) > 20 and all(rows)
    assert page.says("[...document.querySelectorAll('label')].filter(e => e.checkVisibility()).length") == 3
    cut = (
        "[...document.querySelectorAll('.samples, table')].filter(e => e.scrollWidth > e.clientWidth + 1"
        " || e.getBoundingClientRect().right > 794).map(e => e.outerHTML.slice(0, 80))"
    )
    assert page.says(cut) == []
    assert page.call("Page.printToPDF", printBackground=True)["data"]


def test_500_tables_are_filtered_as_well(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(observation_html(many(500, 20)), encoding="utf-8")
    page.open(file, 390)
    assert len(shown(page)) == 500
    page.click("label:has(#schema-3)")
    assert len(shown(page)) == 56
    assert page.says("document.documentElement.scrollWidth") <= 390


def test_where_nothing_differs_it_is_a_short_page(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    equal = [each for each in ALL if each["state"] == "equal"]
    file.write_text(observation_html(observation(*equal, files=FILES)), encoding="utf-8")
    page.open(file)
    assert page.says("document.querySelectorAll('.t, .filters').length") == 0
