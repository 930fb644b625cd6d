"""Web browsers."""

from hipaaguard.facts.spec import STRINGS, FactSpec

SPECS = (
    FactSpec(
        "browsers.outdated",
        STRINGS,
        "Installed browsers of a release that its maker replaced more than two weeks ago.",
        "Outdated browsers",
        traps=(
            "Releases are known up to the day of HipaaGuard's own table: an old table still proves"
            " that a browser is outdated, but not that it is current.",
            "Only an empty list says something of the browsers that are not in it.",
            "A browser can be of a current release and still lack its last small update.",
            "An unpacked archive in the home folder or an AppImage is not seen, and neither are"
            " browsers that a distribution maintains itself, such as GNOME Web.",
        ),
    ),
)
