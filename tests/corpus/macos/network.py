"""Wi-Fi of macOS in the corpus."""

from hipaaguard.collect.macos.wifi import judge_mode, parse_cards
from hipaaguard.collect.wifi_security import Security
from tests.corpus import Case, Reader


def read_report(case: Case) -> None:
    cards = parse_cards(case.data)
    off = case.facts.get("wifi_on") is False or "no-iphone" in case.name
    assert [card.connected for card in cards] == [not off]
    known = {Security.OPEN, Security.WPA2}
    assert all(judge_mode(card.mode) in known for card in cards if card.connected)


READERS: dict[str, Reader] = {"system-profiler-spairport-json": read_report}
UNUSED = {
    "airport-I": "Apple took the tool away with macOS 14.4.",
    "airport-s": "It lists networks nearby, and which is in use it does not say.",
    "ipconfig-getsummary": "It calls every generation of WPA by one word, so the report is asked.",
    "networksetup-listallhardwareports": "The names of its ports are translated.",
    "plist-airport-preferences": "It holds networks that were once used, with their names.",
    "scutil-dns": "It does not say whether look-ups are encrypted.",
    "system-profiler-spairport": "Its words are translated; the same report is read as JSON.",
    "wdutil-info": "It answers administrators alone, with words for what the report has in code.",
}
