"""Copies of the person's files in a cloud."""

from hipaaguard.facts.spec import BOOL, STRINGS, WINDOWS, FactSpec

SPECS = (
    FactSpec(
        "cloud.folders_redirected",
        BOOL,
        "Desktop, Documents or Pictures lie in OneDrive's folder, so that what is saved there is "
        "copied to a cloud.",
        "Own folders in OneDrive",
        platforms=WINDOWS,
        traps=(
            "Whose cloud it is, the practice's or the person's own, is not told.",
            "Other clients that take these folders over, as Dropbox can, are not seen.",
        ),
    ),
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
            "On Windows a client of another person who is signed in at the same time counts too,"
            " and OneDrive once it has a folder to copy: without one it runs on every Windows.",
            "On macOS a client that keeps its settings in its container counts while it runs.",
            "A browser's upload, or a cloud that is only shown in the file manager (GNOME Online"
            " Accounts), copies nothing by itself and does not count.",
        ),
    ),
)
