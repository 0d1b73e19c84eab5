"""The forms of a difference: what each promises, and that text from a scan stays text in all of them."""

import base64
import hashlib
import re
import unicodedata
from dataclasses import replace

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.cells import cell_len

from netguard.model import codec
from netguard.model.difference import SCHEMA, Difference, Kind
from netguard.model.observation import clean
from netguard.registry import load_all
from netguard.report.diffs import html, json, markdown, text
from tests.golden.diff.changes import NOW, quiet_difference, sample_difference
from tests.hostile.corpus import MARK, NASTY, infected
from tests.unit.report.test_hostile_text import CONTROL, LINE_ENDS, Page

FORMS = load_all("netguard.report.diffs", "EXTENSION", "render")
EACH = pytest.mark.parametrize("nasty", NASTY.values(), ids=NASTY)


def put(nasty: str) -> Difference:
    """The sample difference with `nasty` before and behind every text."""
    return infected(sample_difference(), lambda old: f"{nasty}{old}{nasty}")  # type: ignore[arg-type, return-value]


def test_the_forms_of_the_contract_are_there():
    assert {name: module.EXTENSION for name, module in FORMS.items()} == {
        "html": "html",
        "json": "json",
        "markdown": "md",
        "text": "txt",
    }


@pytest.mark.parametrize("name", FORMS)
def test_the_same_difference_at_the_same_time_gives_the_same_text(name):
    first = FORMS[name].render(sample_difference(), NOW)
    assert first == FORMS[name].render(sample_difference(), NOW)
    assert first.endswith("\n")


@pytest.mark.parametrize("difference", [sample_difference(), quiet_difference()], ids=["much", "nothing"])
def test_the_document_is_what_its_schema_says_and_is_read_back(difference):
    written = json.render(difference, NOW)
    schema = codec.json_schema(Difference, SCHEMA)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(codec.msgspec.json.decode(written), schema)
    assert codec.loads_value(written, Difference) == difference
    assert '"started_at": "2025-11-21T18:04:30Z"' in written


@pytest.mark.parametrize("width", [1, 40, 72, 80, 132])
def test_text_keeps_to_the_width_it_is_given_but_not_below_the_narrowest(width):
    lines = text.render(sample_difference(), NOW, width=width).splitlines()
    assert max(map(len, lines)) <= max(width, text.NARROWEST)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=90), st.integers(40, 90))
def test_text_keeps_to_the_width_in_columns_and_loses_no_letter(name, width):
    first = sample_difference().changes[0]
    said = text.render(replace(quiet_difference(), changes=(replace(first, name=name),)), NOW, width=width)
    assert max(map(cell_len, said.splitlines())) <= width
    assert "".join(clean(name).split()) in "".join(said.split())


@pytest.mark.parametrize("letter", ["\u6f22", "\uac00", "\U0001f512"])
def test_letters_that_are_two_columns_wide_take_two(letter):
    named = replace(sample_difference().changes[0], name=letter * 60)
    lines = text.render(replace(quiet_difference(), changes=(named,)), NOW).splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert sum(line.count(letter) for line in lines) == 60


def test_text_begins_with_what_matters_most():
    assert text.render(quiet_difference(), NOW).splitlines() == [
        "Nothing changed since 21 November 2025, 18:04 UTC (scan 4f1c20aa91be).",
        "Grade D, as before. 1 problem stands open as before.",
    ]
    said = text.render(sample_difference(), NOW)
    assert said.startswith("13 things changed since 21 November 2025")
    places = [
        said.index(part)
        for part in (
            "Kitchen camera was",
            "shows its stream",
            "Resolved, or",
            "Judged",
            "Not looked at",
            "! The rules are others",
        )
    ]
    assert places == sorted(places)


def test_no_form_says_segment_or_unknown():
    for module in (html, markdown, text):
        said = module.render(sample_difference(), NOW)
        assert "segment" not in said
        assert "unknown" not in said


@pytest.mark.parametrize("module", [text, markdown], ids=["text", "markdown"])
def test_a_reason_that_concerns_a_whole_home_names_some_and_counts_the_rest(module):
    first = sample_difference().unobserved[0]
    many = tuple(replace(first, name=f"Device {n}") for n in range(module.NAMED + 5))
    said = module.render(replace(sample_difference(), unobserved=many), NOW)
    assert "and 5 more" in said
    assert f"Device {module.NAMED}" not in said


@EACH
def test_a_page_has_the_same_tags_and_attributes_whatever_the_devices_say(nasty):
    page = html.render(put(nasty), NOW)
    told, harmless = Page(page), Page(html.render(put("a " * (len(nasty) // 2 + 1)), NOW))
    assert told.tags == harmless.tags
    assert told.attributes == harmless.attributes
    assert "<script" not in page.casefold()
    assert all(link.startswith(("#", "data:,")) for link in told.links)
    page.encode("utf-8")


@EACH
def test_text_has_no_control_character_no_long_line_and_no_line_of_a_devices_making(nasty):
    said = text.render(put(nasty), NOW)
    assert [c for c in said.replace("\n", "") if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"}] == []
    assert not CONTROL.search(said.replace("\n", ""))
    assert max(map(cell_len, said.splitlines())) <= 80
    assert said.count("\n") == text.render(put(LINE_ENDS.sub(" ", nasty)), NOW).count("\n")
    coloured = text.render(put(nasty), NOW, colour=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == said


@EACH
def test_markdown_has_the_same_headings_and_lists_and_nothing_else_whatever_the_devices_say(nasty):
    told = shape(markdown.render(put(nasty), NOW))
    assert told == shape(markdown.render(put("a " * (len(nasty) // 2 + 1)), NOW))
    assert not {kind for kind in told if kind.startswith(("link", "image", "html", "code", "fence", "em_"))}


@EACH
def test_markdown_has_no_address_that_becomes_a_link_by_itself(nasty):
    assert not re.search(r"[a-z]://|www\.", markdown.render(put(nasty), NOW), re.IGNORECASE)


@EACH
def test_markdown_has_nothing_of_which_github_makes_a_link(nasty):
    """GFM 0.29, 6.9, and GitHub's own mentions and issues, by their rules: of the text, where backslashes are gone."""
    said = markdown.render(put(nasty), NOW)
    seen = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", said)
    assert not re.search(r"[\w.+-]+@[\w-]", seen)
    assert not re.search(r"(?<![\w`])@\w", seen)
    assert not re.search(r"#\d|\bGH-\d", seen, re.IGNORECASE)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("evil@example.com", "evil@\u2060example.com"),
        ("mailto:a@b.example", "mailto:a@\u2060b.example"),
        ("@torvalds", "@\u2060torvalds"),
        ("#12", "\\#\u206012"),
        ("+ a", "\\+ a"),
        ("- a", "\\- a"),
        ("1. a", "1\\. a"),
        ("12) a", "12\\) a"),
        ("1.5 GHz + a - b", "1\\.5 GHz + a - b"),
        ("a @ b", "a @ b"),
    ],
)
def test_names_that_mean_something_to_markdown_are_written_as_text(name, written):
    unseen = replace(sample_difference().unobserved[0], kind=Kind.DEVICE, what=None, name=name)
    said = markdown.render(replace(quiet_difference(), unobserved=(unseen,)), NOW)
    assert f"\n- {written}: " in said


def shape(document: str) -> list[str]:
    """The blocks and marks of a Markdown document in order, without its text."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(document)
    every = [inner for token in tokens for inner in (token, *(token.children or ()))]
    return [token.type for token in every if token.type not in {"text", "text_special", "softbreak"}]


@EACH
def test_a_document_with_it_is_read_back_the_same(nasty):
    difference = put("".join(c for c in nasty if unicodedata.category(c) != "Cs"))
    assert codec.loads_value(json.render(difference, NOW), Difference) == difference


def test_text_from_the_page_is_found_as_text():
    assert f"&lt;script&gt;document.title=&#39;{MARK}&#39;&lt;/script&gt;" in html.render(put(NASTY["script"]), NOW)


def test_the_policy_allows_exactly_the_style_of_the_page_and_nothing_else():
    page = html.render(sample_difference(), NOW)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy[1].replace("&#39;", "'").replace("&#43;", "+") == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert not re.search(r"<(script|iframe|object|embed|form|img|audio|video|base)\b|\sstyle=|\son[a-z]+=", page)
    assert re.findall(r"<link [^>]*>", page) == ['<link rel="icon" href="data:,">']
    assert not re.search(r"@import|url\(", page)
