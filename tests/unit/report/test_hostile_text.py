"""What a device calls itself stays text, in every format and every field."""

import re
import unicodedata
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from netguard.model import codec
from netguard.model.scan import Scan
from netguard.report.findings import reference
from netguard.report.formats import html, json, text
from tests.golden.report.rules import CHANGE
from tests.golden.report.sample import NOW, sample_scan
from tests.hostile.corpus import MARK, NASTY, infected

EACH = pytest.mark.parametrize("nasty", NASTY.values(), ids=NASTY)
PLACES = pytest.mark.parametrize("place", ["{nasty}{old}", "{old}{nasty}"], ids=["before", "after"])
LINE_ENDS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
LAYOUT = {ord("\n"): None, ord("\t"): None}
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")


class Page(HTMLParser):
    """Tags by name, attribute values, and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: Counter[str] = Counter()
        self.links: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        for name, value in attrs:
            self.attributes[name] += 1
            if name in {"href", "src"}:
                self.links.append(value or "")


def put(nasty: str, place: str) -> Scan:
    """The sample home with `nasty` in every text; pages referred to are left out, because they are links."""
    scan = sample_scan()
    findings = tuple(replace(f, references=("CWE-319",)) for f in scan.findings)
    return infected(replace(scan, findings=findings), lambda old: place.replace("{old}", old).replace("{nasty}", nasty))


@EACH
@PLACES
def test_a_page_has_the_same_tags_and_attributes_whatever_the_devices_say(nasty: str, place: str) -> None:
    page = html.render(put(nasty, place), NOW)
    told, harmless = Page(page), Page(html.render(put("a " * (len(nasty) // 2 + 1), place), NOW))
    assert told.tags == harmless.tags
    assert told.attributes == harmless.attributes
    assert "<script" not in page.casefold()
    assert all(link.startswith(("#", "data:,")) for link in told.links)
    page.encode("utf-8")


@EACH
@PLACES
def test_text_has_no_control_character_no_long_line_and_no_line_of_a_devices_making(nasty: str, place: str) -> None:
    said = text.render(put(nasty, place), NOW)
    assert [c for c in said.replace("\n", "") if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"}] == []
    assert not CONTROL.search(said.replace("\n", ""))
    assert max(map(len, said.splitlines())) <= 80
    assert said.count("\n") == text.render(put(LINE_ENDS.sub(" ", nasty), place), NOW).count("\n")


@EACH
def test_colour_adds_nothing_but_its_own_codes(nasty: str) -> None:
    scan = put(nasty, "{old}{nasty}")
    assert re.sub(r"\x1b\[[0-9;]*m", "", text.render(scan, NOW, colour=True)) == text.render(scan, NOW)


@EACH
def test_a_document_with_it_is_read_back_the_same(nasty: str) -> None:
    scan = put("".join(c for c in nasty if unicodedata.category(c) != "Cs"), "{old}{nasty}")
    assert codec.loads(json.render(scan, NOW).encode()) == scan


def test_text_from_the_page_is_found_as_text() -> None:
    page = html.render(put(NASTY["script"], "{nasty}{old}"), NOW)
    assert f"&lt;script&gt;document.title=&#39;{MARK}&#39;&lt;/script&gt;" in page


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://user@example.org/",
        "https://example.org:8443/",
        "https://example.org\n.example.net/",
        "https://exämple.org/",
        "https:///etc/passwd",
        "https://[::1/",
        "https://example.org/ x",
        "//example.org/",
        "https://example.org/" + "a" * 300,
        "https://example.org/<script>",
        "https://example.org/'x",
        "CWE-319",
    ],
)
def test_what_is_no_plain_https_address_is_no_link(address: str) -> None:
    assert reference(address).url is None


def test_a_plain_https_address_is_a_link_that_tells_nobody_where_it_came_from() -> None:
    assert reference("https://cwe.mitre.org/data/definitions/319.html").url
    page = html.render(sample_scan(), NOW)
    assert 'href="https://cwe.mitre.org/data/definitions/319.html" rel="noreferrer noopener"' in page


@EACH
@PLACES
def test_a_page_with_rules_for_the_router_has_the_same_tags_whatever_the_devices_say(nasty: str, place: str) -> None:
    page = html.render(put(nasty, place), NOW, CHANGE)
    told, harmless = Page(page), Page(html.render(put("a " * (len(nasty) // 2 + 1), place), NOW, CHANGE))
    assert told.tags == harmless.tags
    assert told.attributes == harmless.attributes
    assert page.casefold().count("<script") == 1
    said = text.render(put(nasty, place), NOW, CHANGE)
    assert said.count("\n") == text.render(put(LINE_ENDS.sub(" ", nasty), place), NOW, CHANGE).count("\n")
    assert not CONTROL.search(said.translate(LAYOUT))


@EACH
def test_a_proof_that_was_written_by_somebody_else_is_text_too(nasty: str) -> None:
    assert CHANGE.proof is not None
    rows = tuple(replace(r, source=f"{r.source}{nasty}", target=nasty, why=nasty) for r in CHANGE.proof.rows)
    for how in ("run", "calculated"):
        proof = replace(CHANGE.proof, how=how, reason=nasty, rows=rows, left_out=(nasty,))
        page = html.render(sample_scan(), NOW, replace(CHANGE, proof=proof))
        assert page.casefold().count("<script") == 1
        assert not re.search(r"<(img|svg|iframe|b)\b", page)
        assert not CONTROL.search(text.render(sample_scan(), NOW, replace(CHANGE, proof=proof)).translate(LAYOUT))
