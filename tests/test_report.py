"""What a report looks like to a person: the page and the plain text."""

import hashlib
import re
import subprocess
import sys
import unicodedata
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hipaaguard.facts import FACTS
from hipaaguard.model import Fact, Platform, Reason, Report, Status, Unavailable
from hipaaguard.report import FORMATS, html, text
from hipaaguard.report.say import outcome, say_moment, say_row, six_years_after, system_name
from hipaaguard.report.slot import SLOT_CLOSE, SLOT_OPEN
from hipaaguard.report.view import FIRST_STEPS
from hipaaguard.report.visible import show
from tests import sample
from tests.conftest import NOW, ROOT, TESTS

REPORTS = {
    make.__name__: make
    for make in (sample.sample, sample.replayed, sample.smallest, sample.large, sample.hostile)
}


def with_statuses(statuses: str) -> Report:
    """The sample with one result for each letter: p, f, u or n."""
    kinds = dict(zip("pfun", Status, strict=True))
    first = sample.sample().results[0]
    results = tuple(
        replace(first, check_id=f"check-{place}", status=kinds[letter])
        for place, letter in enumerate(statuses)
    )
    return replace(sample.sample(), results=results)


class Structure(HTMLParser):
    """Every tag with its attributes, and every comment, in order; and the texts apart."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[object, ...]] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, *attrs))

    def handle_endtag(self, tag):
        self.tags.append(("/", tag))

    def handle_comment(self, data):
        self.tags.append(("comment", data))

    def handle_decl(self, decl):
        self.tags.append(("declaration", decl))

    def handle_data(self, data):
        self.texts.append(data)


# Whole outputs


@pytest.mark.parametrize("name", FORMATS)
def test_golden(name: str) -> None:
    golden = TESTS / "golden" / f"report.{sample.SUFFIXES[name]}"
    assert FORMATS[name](sample.sample()).encode() == golden.read_bytes(), (
        "review the difference, then: python -m tests.sample --write"
    )


@pytest.mark.parametrize(("seed", "zone"), [("1", "UTC"), ("2", "Pacific/Kiritimati")])
def test_the_same_bytes_whatever_the_environment(seed: str, zone: str) -> None:
    code = (
        "import hashlib; from hipaaguard.report import FORMATS; from tests.sample import sample\n"
        "for render in FORMATS.values():\n"
        "    print(hashlib.sha256(render(sample()).encode()).hexdigest())"
    )
    environment = {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C", "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    expected = [
        hashlib.sha256(FORMATS[name](sample.sample()).encode()).hexdigest() for name in FORMATS
    ]
    assert run.stdout.split() == expected


def test_the_registry_imports_no_template_engine() -> None:
    code = "import sys, hipaaguard.report; print('jinja2' in sys.modules, 'msgspec' in sys.modules)"
    environment = {"PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == ["False", "False"]


# Words


@pytest.mark.parametrize(
    ("statuses", "sentence"),
    [
        ("p", "1 of 1 requirement observed"),
        ("ppp", "3 of 3 requirements observed"),
        ("ppff", "2 of 4 requirements observed; 2 not met"),
        ("pu", "1 of 2 requirements observed; 1 could not be determined"),
        ("pn", "1 of 1 requirement observed; 1 does not apply"),
        ("nn", "none of the requirements applies"),
        (
            "pfunn",
            "1 of 3 requirements observed; 1 not met; 1 could not be determined; 2 do not apply",
        ),
    ],
)
def test_outcome(statuses: str, sentence: str) -> None:
    report = with_statuses(statuses)
    assert outcome(report) == sentence
    assert f"{sentence}." in html.render(report)
    assert f"{sentence}." in " ".join(text.render(report, 120).split())


def test_nothing_to_do_is_not_said_when_nothing_was_judged() -> None:
    assert "every requirement that applies was observed" in html.render(with_statuses("pn"))
    page = html.render(with_statuses("nn"))
    assert "none of the policy" in page
    assert "every requirement that applies" not in page


@pytest.mark.parametrize(
    ("time", "day"),
    [
        (datetime(2026, 11, 23, 23, 59, tzinfo=UTC), "2032-11-23"),
        (datetime(2028, 2, 29, tzinfo=UTC), "2034-03-01"),
        (datetime(9999, 12, 31, tzinfo=UTC), "9999-12-31"),
    ],
)
def test_six_years(time: datetime, day: str) -> None:
    assert six_years_after(time).isoformat() == day


def test_moment() -> None:
    assert say_moment(NOW.replace(day=3, hour=9, minute=5)) == "3 November 2026, 09:05 UTC"


@pytest.mark.parametrize(
    ("facts", "platform", "name"),
    [
        ({"os.name": "Debian", "os.version": "13"}, Platform.LINUX, "Debian 13"),
        ({"os.name": "Arch Linux"}, Platform.LINUX, "Arch Linux"),
        ({"os.name": Unavailable(Reason.FAILED)}, Platform.MACOS, "a macOS system"),
        ({}, Platform.WINDOWS, "a Windows system"),
        ({}, None, "a system that was not named"),
    ],
)
def test_system_name(facts: dict[str, str], platform: Platform | None, name: str) -> None:
    found = tuple(Fact(key, value, "") for key, value in facts.items())
    assert system_name(replace(sample.sample(), facts=found, platform=platform)) == name


@pytest.mark.parametrize(
    ("fact", "row"),
    [
        (Fact("screen_lock.idle_s", 90, "x"), ("Locks after", "1 minute 30 seconds", "x")),
        (
            Fact("vpn.carries(10.0.0.0/8)", False, "x"),
            ("VPN carries 10.0.0.0/8", "no", "x"),
        ),
        (Fact("firewall.allowed_inbound", (), "x"), ("Ports open to neighbours", "none", "x")),
        (Fact("vpn.kind", "", ""), ("Kind of VPN", "empty", "")),
        (Fact("later.fact", 1500, "x"), ("later.fact", "1,500", "x")),
        (
            Fact("vpn.kind", Unavailable(Reason.TIMED_OUT), "x"),
            ("Kind of VPN", "not determined: there was no answer in time", "x"),
        ),
        (
            Fact("vpn.kind", Unavailable(Reason.FAILED, "ip is silent"), "x"),
            ("Kind of VPN", "not determined: ip is silent", "x"),
        ),
    ],
)
def test_evidence(fact: Fact, row: tuple[str, str, str]) -> None:
    assert say_row(fact) == row


def test_every_reason_has_words() -> None:
    rows = {say_row(Fact("vpn.kind", Unavailable(reason), "")).value for reason in Reason}
    assert len(rows) == len(Reason)


# What a report must never claim: HHS FAQ 2003, 164.306(d)(3), and no number stands in the rule.
CLAIMS = (
    r"(HIPAA|HHS|OCR) (certified|certification|approved)",
    r"HIPAA compliant|compliant with|fully compliant|100% compliant|compliance score",
    r"guarantee|ensures compliance|(audit|breach)-proof",
    r"safe harbou?r (met|applies|achieved)",
    r"HIPAA requires (a )?(VPN|firewall|MFA|multi-factor|antivirus|BitLocker|AES|1[05][- ]minute)",
    r"addressable.{0,20}optional",
    r"(new HIPAA|2025|2026) rule requires",
    r"six years of logs|6[- ]year log retention",
    r"legal advice|in violation|violation found|non-compliant",
)


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize("name", ["html", "text"])
def test_no_report_claims(name: str, claim: str) -> None:
    for make in (sample.sample, sample.replayed):
        words = " ".join(FORMATS[name](make()).split())
        assert not re.search(claim, words, re.IGNORECASE)


@pytest.mark.parametrize(
    "said",
    [
        "on one computer",
        "What was not checked",
        "the contractor's own statement",
        "Not a certification.",
        "lawyer's opinion",
        "does not endorse or recognise private certifications",
        "Share it only with the practice.",
        "holds no protected health information",
        "Keep it until 2",
    ],
)
@pytest.mark.parametrize("name", ["html", "text"])
def test_every_report_says(name: str, said: str) -> None:
    for make in (sample.sample, sample.replayed, sample.smallest):
        output = FORMATS[name](make())
        words = " ".join("".join(Structure(output).texts if name == "html" else output).split())
        assert said.casefold() in words.casefold()


@pytest.mark.parametrize("name", ["html", "text"])
def test_warnings(name: str) -> None:
    signed = FORMATS[name](sample.sample()).casefold()
    assert "not signed" not in signed
    assert "made from a recording" not in signed
    assert "hipaaguard verify" in signed
    unsigned = FORMATS[name](sample.replayed()).casefold()
    assert unsigned.index("made from a recording") < unsigned.index("requirements observed")
    assert unsigned.index("not signed") < unsigned.index("requirements observed")
    assert "hipaaguard verify" not in unsigned


@pytest.mark.parametrize("name", ["html", "text"])
def test_everything_in_the_data_can_be_read(name: str) -> None:
    report = sample.sample()
    output = FORMATS[name](report)
    words = " ".join("".join(Structure(output).texts if name == "html" else output).split())
    for result in report.results:
        assert result.title in words
        assert result.sentence in words
    for setting in report.policy.settings:
        assert setting.name in words
    for sentence in report.policy.not_covered:
        assert sentence in words
    used = {fact.key for result in report.results for fact in result.evidence}
    assert used < set(FACTS)


def test_facts_that_no_check_used_are_shown() -> None:
    report = replace(sample.sample(), results=sample.sample().results[:1])
    for name in ("html", "text"):
        assert "Locks on sleep" in FORMATS[name](report)
        assert "other facts in this report" in FORMATS[name](report).casefold()


def test_the_most_severe_failures_come_first() -> None:
    page = html.render(sample.large())
    first = page[page.index('id="first"') : page.index('class="group fail"')]
    assert first.count('<svg class="shape fail"') == FIRST_STEPS
    assert re.findall(r"· (\w+) severity", first)[:4] == ["critical"] * 4
    assert "And 8 more below." in first


# The page


@pytest.mark.parametrize("make", REPORTS.values(), ids=REPORTS)
def test_one_empty_slot(make) -> None:
    page = html.render(make()).encode(errors="surrogatepass")
    assert page.count(SLOT_OPEN + SLOT_CLOSE) == 1
    assert page.count(SLOT_OPEN) == page.count(SLOT_CLOSE) == 1
    assert b"\r" not in page


@pytest.mark.parametrize("make", REPORTS.values(), ids=REPORTS)
def test_links_lead_to_the_page_alone(make) -> None:
    tags = Structure(html.render(make())).tags
    ids = [value for _, *attrs in tags for name, value in _pairs(attrs) if name == "id"]
    assert len(ids) == len(set(ids))
    links = [value for _, *attrs in tags for name, value in _pairs(attrs) if name == "href"]
    assert all(link.startswith("#") and link[1:] in ids for link in links)
    names = {name for _, *attrs in tags for name, _ in _pairs(attrs)}
    assert not names & {"src", "srcset", "style", "action", "background", "data", "poster"}
    assert not {name for name in names if name.startswith("on")}
    assert not {"script", "link", "img", "iframe", "form", "base"} & {tag[0] for tag in tags}


VOID = ("meta", "path", "circle", "comment", "declaration")


def test_every_tag_is_closed_in_order() -> None:
    open_tags: list[object] = []
    for tag, *rest in Structure(html.render(sample.large())).tags:
        if rest and rest[0] in VOID:
            continue
        if tag == "/":
            assert open_tags.pop() == rest[0]
        elif tag not in VOID:
            open_tags.append(tag)
    assert open_tags == []


def _pairs(attrs: list[object]) -> list[tuple[str, str]]:
    return [pair for pair in attrs if isinstance(pair, tuple)]


def test_the_style_is_the_one_that_the_policy_of_the_page_allows() -> None:
    page = html.render(sample.sample())
    style = page.split("<style>")[1].split("</style>")[0]
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'" in page
    assert "url(" not in style
    assert "@import" not in style


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(scheme: str) -> None:
    """Text reaches level AA on every background: 4.5 to 1."""
    style = (ROOT / "hipaaguard" / "report" / "templates" / "report.css").read_text()
    light, dark = style.split("@media screen and (prefers-color-scheme: dark)")
    block = light if scheme == "light" else dark.split("* {")[0]
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", block))
    pairs = [(ink, paper) for ink in INKS for paper in ("paper", "panel")] + [("ink", "band")]
    for ink, paper in pairs:
        bright, dim = sorted((luminance(colours[ink]), luminance(colours[paper])), reverse=True)
        assert (bright + 0.05) / (dim + 0.05) >= 4.5, (ink, paper)


INKS = ("ink", "quiet", "fail", "unknown", "pass", "none", "link")


# Hostile texts


def assert_same_structure(report: Report) -> None:
    """The page has exactly the tags of one where each different text is a plain word."""
    plain: dict[str, str] = {}
    benign = sample.map_texts(report, lambda it: plain.setdefault(it, f"w{len(plain)}"))
    assert Structure(html.render(report)).tags == Structure(html.render(benign)).tags


def test_hostile_sample() -> None:
    assert_same_structure(sample.hostile())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(min_size=1), min_size=1, max_size=40))
def test_no_text_becomes_markup(texts: list[str]) -> None:
    endless = iter(texts * 2000)
    report = sample.map_texts(sample.sample(), lambda _: next(endless))
    assert_same_structure(report)
    assert html.render(report).count(SLOT_OPEN.decode()) == 1


@given(st.text())
def test_shown_text_hides_nothing(raw: str) -> None:
    shown = show(raw)
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert show(shown) == shown
    assert shown.encode().decode() == shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain ~ text", "plain ~ text"),
        ("naïve 世界 مرحبا", "naïve 世界 مرحبا"),
        ("a\u202eb", "a\\u202eb"),
        ("a\nb\x1b[2J", "a\\u000ab\\u001b[2J"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_show(raw: str, shown: str) -> None:
    assert show(raw) == shown


# Plain text


@pytest.mark.parametrize("make", REPORTS.values(), ids=REPORTS)
@pytest.mark.parametrize("width", [40, 80, 120])
def test_text_fits(make, width: int) -> None:
    lines = text.render(make(), width).split("\n")
    # A command stands whole on its own line, so that it can be copied.
    assert all(len(line) <= width or line.startswith("    ") for line in lines)
    assert not any(unicodedata.category(char) == "Cc" for line in lines for char in line)


@pytest.mark.parametrize(("asked", "given_"), [(1, 40), (0, 40), (500, 120)])
def test_text_width_has_bounds(asked: int, given_: int) -> None:
    assert text.render(sample.sample(), asked) == text.render(sample.sample(), given_)


def test_text_says_what_to_do_before_what_is_well() -> None:
    lines = text.render(sample.sample())
    order = ["NOT MET (4)", "COULD NOT BE DETERMINED (3)", "OBSERVED (9)", "DOES NOT APPLY (1)"]
    places = [lines.index(heading) for heading in order]
    assert places == sorted(places)
    assert '    sudo "$(command -v hipaaguard)" audit\n' in lines
