"""A recording of Windows or macOS replays to the same facts, and gives nobody away."""

import json
from datetime import UTC
from pathlib import Path

import pytest

from hipaaguard.cli.record import people, targets
from hipaaguard.collect import collect
from hipaaguard.collect.recorder import RecordingHost, recording_files
from hipaaguard.collect.recording import read_recording
from hipaaguard.collect.redact import Redactor
from hipaaguard.collect.replay import ReplayHost
from hipaaguard.collect.vpn_ways import PROBES_V4, PROBES_V6
from hipaaguard.collect.well_known import WELL_KNOWN_UUIDS
from hipaaguard.model import Unavailable
from tests.conftest import ROOT, TESTS

CASES = sorted(
    path.parent
    for platform in ("macos", "windows")
    for path in (TESTS / "recordings" / platform).glob("*/recording.yaml")
)


def recorded(case: Path, folder: Path) -> tuple[RecordingHost, Path]:
    """The recording that is made of a replayed machine, and where it lies."""
    source = read_recording(case)
    host = RecordingHost(ReplayHost(source))
    moment = source.recorded.taken_at.astimezone(UTC)
    collect(host, source.recorded.facts, moment)
    redactor = Redactor(
        user=host.person.name,
        home=host.person.home,
        host_name="no-such-host",
        people=people(host),
        keep={
            *(word for command, _ in host.heard.commands for word in command),
            *map(str, (*PROBES_V4, *PROBES_V6)),
        },
        networks=targets(source.recorded.facts),
    )
    for name, data in recording_files(host, redactor, moment, "made by a test").items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    return host, folder


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_it_replays_to_the_same_facts(case: Path, tmp_path: Path) -> None:
    source = read_recording(case).recorded
    _, folder = recorded(case, tmp_path)
    moment = source.taken_at.astimezone(UTC)
    before = collect(ReplayHost(read_recording(case)), source.facts, moment)
    after = collect(ReplayHost(read_recording(folder)), source.facts, moment)

    def values(facts: object) -> dict[str, object]:
        return {
            fact.key: fact.value.reason if isinstance(fact.value, Unavailable) else fact.value
            for fact in facts  # type: ignore[attr-defined]
        }

    assert values(after.facts) == values(before.facts)


SECRETS = {
    r"C:\Users\Jörg Müller\AppData": r"C:\Users\user\AppData",
    r"c:\users\jörg müller\Desktop": r"C:\Users\user\Desktop",
    r"PRAXIS\Jörg Müller": r"PRAXIS\user",
    "S-1-5-21-1004336348-1177238915-682003330-1001": "-1001",
    "S-1-12-1-1111111111-2222222222-3333333333-444444444": "-444444444",
    "00-1C-42-2E-60-4A": "02-00-00-00-",
    "joerg.mueller@praxis-example.de": "mail",
    '"serial_number" : "C02XK1ZZJG5H"': '"serial_number" : "name',
    "<key>SerialNumber</key>\n\t<string>C02XK1ZZJG5H</string>": "<key>SerialNumber</key>",
    "{5f3a1c7e-9b2d-4c11-a0de-1f2e3d4c5b6a}": "{00000000-0000-4000-8000-",
}


@pytest.mark.parametrize("secret", SECRETS)
def test_what_tells_whose_machine_it_is_is_replaced(secret: str) -> None:
    redactor = Redactor(user="Jörg Müller", home=r"C:\Users\Jörg Müller", host_name="EMPFANG-PC")
    found = redactor.text(f"x {secret} y")
    assert secret not in found
    assert SECRETS[secret] in found
    assert "C02XK1ZZJG5H" not in found


def test_what_is_the_same_everywhere_stays() -> None:
    redactor = Redactor(user="user", home="/Users/anna", host_name="annas-mac")
    for text in (
        "S-1-5-32-544",
        "S-1-5-18",
        "381b4222-f694-41f0-9685-ff5bb260df2e",
        "/Users/Shared",
    ):
        assert redactor.text(text) == text
    assert redactor.text("/Users/anna/Library") == "/Users/user/Library"


SOCKETS = """\
Proto Recv-Q Send-Q  Local Address          Foreign Address        (state)
tcp4       0      0  198.51.100.7.52811     93.184.215.14.443      ESTABLISHED 0 0
tcp4       0      0  93.184.215.99.8080     *.*                    LISTEN      0 0
tcp6       0      0  2a02:8070:74d4:d.8081  *.*                    LISTEN      0 0
tcp6       0      0  ::1.8021               *.*                    LISTEN      0 0
udp4       0      0  93.184.215.99.60109    93.184.215.14.443                  0 0
udp4       0      0  *.5353                 *.*                                0 0
udp6       0      0  fe80::1%lo0.123        *.*                                0 0
"""


def test_whom_a_mac_talks_to_is_not_kept() -> None:
    found = Redactor(user="anna", home="/Users/anna", host_name="annas-mac").text(SOCKETS)
    assert "93.184" not in found
    assert "2a02" not in found
    assert "ESTABLISHED" not in found
    assert "60109" not in found
    for kept in ("203.0.113.2.8080 ", "2001:db8::", "::1.8021 ", "*.5353 ", "%lo0.123 "):
        assert kept in found


def test_names_of_shared_folders_are_not_kept() -> None:
    shares = {"Annas Müster Public": {"path": "/Volumes/Muster", "smb_shared": 1}}
    share = {"path": "/Users/anna/Public", "smb_name": 'Muster "A"', "smb_shared": 0}
    text = json.dumps({**shares, "Zweite": share}, indent=2, ensure_ascii=False)
    found = Redactor(user="anna", home="/Users/anna", host_name="annas-mac").text(text)
    assert "ster" not in found
    assert "Zweite" not in found
    assert [it["smb_shared"] for it in json.loads(found).values()] == [1, 0]


def test_every_identifier_that_collectors_know_stays() -> None:
    import re

    pattern = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
    folder = ROOT / "hipaaguard" / "collect"
    files = [path for path in folder.rglob("*") if path.suffix in (".py", ".ps1")]
    named = {it.lower() for path in files for it in pattern.findall(path.read_text("utf-8"))}
    assert named <= WELL_KNOWN_UUIDS


def test_versions_of_four_numbers_and_parts_of_the_internet_are_kept() -> None:
    redactor = Redactor(user="anna", home="/Users/anna", host_name="x")
    version = "<key>CFBundleShortVersionString</key>\n\t<string>130.1.71.118</string>"
    assert redactor.text(version) == version
    assert redactor.text("3000::/4 2000::/4 8000::/1") == "3000::/4 2000::/4 8000::/1"
    assert "2600:1700" not in redactor.text("2600:1700::/28")
    assert "130.1.71.118" not in redactor.text("<string>130.1.71.118</string>")


def test_names_of_networks_are_not_kept() -> None:
    near = [{"_name": 'Müster "5G"', "spairport_security_mode": "x"}]
    card: dict[str, object] = {
        "_name": "en0",
        "spairport_airport_other_local_wireless_networks": near,
    }
    card["spairport_current_network_information"] = {"_name": "Praxis Anna"}
    report = json.dumps({"SPAirPortDataType": [{"spairport_airport_interfaces": [card]}]}, indent=1)
    found = Redactor(user="anna", home="/Users/anna", host_name="x").text(report)
    assert "ster" not in found
    assert "Praxis" not in found
    kept = json.loads(found)["SPAirPortDataType"][0]["spairport_airport_interfaces"][0]
    assert kept["_name"] == "en0"
    assert kept["spairport_current_network_information"]["_name"].startswith("name")


def test_the_name_of_a_business_in_onedrive_is_not_kept() -> None:
    redactor = Redactor(user="anna", home=r"C:\Users\anna", host_name="x")
    found = redactor.text(r"%USERPROFILE%\OneDrive - Praxis Dr. Muster\Documents")
    assert found == r"%USERPROFILE%\OneDrive - name1\Documents"
    assert redactor.text(r"C:\Users\anna\OneDrive\Desktop") == r"C:\Users\user\OneDrive\Desktop"
