"""Programs that are installed or running, each asked for by name."""

from hipaaguard.facts.spec import BOOL, STR, FactSpec

_PRODUCT = "a program's name as people write it, or the name of its package: Zoom, openvpn"

SPECS = (
    FactSpec(
        "process.running",
        BOOL,
        "A process of this name is running, by the name of its program.",
        "Program running",
        parameter="the name of a program's file, without its folder: openvpn",
        private=True,
        traps=(
            "A program in a Flatpak, a Snap or a language's runtime can run under another name.",
            "Any program can call itself by any name: a name is no proof of what it does.",
            "Where processes are hidden, as in a container, a name that is not found is not known.",
        ),
    ),
    FactSpec(
        "software.installed",
        BOOL,
        "The program is installed by a package manager or by its maker's own installer.",
        "Program installed",
        parameter=_PRODUCT,
        private=True,
        traps=(
            "No says that no package manager installed it: an AppImage or an unpacked archive in"
            " the home folder is not seen.",
            "A name that HipaaGuard does not list is taken as a package's exact name, so a"
            " misspelt one is never installed.",
            "A removed package whose settings remain is not installed.",
            "Ubuntu's packages of some browsers only fetch the Snap: the Snap is what counts.",
        ),
    ),
    FactSpec(
        "software.version",
        STR,
        "The version of the installed program, as its maker writes it.",
        "Program version",
        parameter=_PRODUCT,
        private=True,
        traps=(
            "The packager's own parts of a version (epoch, revision) are left out, so fixes that a"
            " distribution has added to an old version do not show.",
            "Of several installs of a program the lowest version is given.",
            "Words such as beta stay in a version, and such a version cannot be compared.",
        ),
    ),
)
