"""Wi-Fi."""

from hipaaguard.facts.spec import BOOL, LINUX, STR, FactSpec

SPECS = (
    FactSpec(
        "wifi.connected",
        BOOL,
        "A Wi-Fi link is up and in use.",
        "Wi-Fi in use",
        traps=(
            "It may be in use beside a cable, and no traffic may go through it.",
            "A hot spot that this computer offers to others counts too.",
        ),
    ),
    FactSpec(
        "wifi.security",
        STR,
        "How the Wi-Fi link in use is protected; the weakest of several, and of those that its"
        " settings and its access point both allow where the one in use is not told.",
        "Wi-Fi protection",
        values=("enterprise", "open", "owe", "wep", "wpa", "wpa2", "wpa3"),
        needs_rights=LINUX,
        traps=(
            "On Linux an access point that offers WPA beside WPA2 counts as `wpa`, though most"
            " computers then use WPA2: switch WPA off in the router.",
            "It says nothing of the password's strength, nor of whether `enterprise` checks the"
            " access point's certificate.",
            "It is not determined, never good, when the computer is connected by cable.",
            "`owe` is encrypted without a password: anyone can offer a network of that name.",
        ),
    ),
)
