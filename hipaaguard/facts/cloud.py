"""Copies of the person's files in a cloud."""

from hipaaguard.facts.spec import STRINGS, FactSpec

SPECS = (
    FactSpec(
        "cloud.sync_clients",
        STRINGS,
        "Programs that copy files of the home folder to a cloud, running or set up.",
        "Cloud copies",
        private=True,
        traps=(
            "Which folders they copy is not looked at: work files need not be among them.",
            "Settings that a removed program left behind count as set up.",
            "Syncthing counts, though it copies between the person's own devices.",
            "A browser's upload, or a cloud that is only shown in the file manager (GNOME Online"
            " Accounts), copies nothing by itself and does not count.",
        ),
    ),
)
