"""What of this computer is offered to others on its network."""

from hipaaguard.facts.spec import BOOL, LINUX, MACOS, STR, STRINGS, WINDOWS, FactSpec

SPECS = (
    FactSpec(
        "sharing.airdrop",
        STR,
        "From whom this Mac takes files by AirDrop.",
        "AirDrop open to",
        values=("contacts", "everyone", "off"),
        platforms=MACOS,
        traps=(
            "Each file still has to be accepted; `everyone` lets strangers nearby ask.",
            "Where nobody has ever set it, it is not determined: the default is not written down.",
        ),
    ),
    FactSpec(
        "sharing.files",
        STRINGS,
        "The services by which files of this computer are offered to others now: afp, ftp, nfs, "
        "smb, webdav.",
        "Files shared by",
        traps=(
            "A file server that runs without anything to share does not count, nor do the shares "
            "that Windows makes for administrators (C$, ADMIN$).",
            "On macOS the file server counts whenever it waits: it offers administrators every "
            "disk, and everyone their home.",
            "On Windows shares that last until the next start are not seen.",
            "SSH, synchronisation (Syncthing, Dropbox) and phone links (KDE Connect) also move "
            "files and are not counted here.",
            "The firewall may still keep others out.",
        ),
    ),
    FactSpec(
        "sharing.guest_access",
        BOOL,
        "Files of this computer are offered to others without a password.",
        "Files shared without password",
        traps=(
            "An NFS export that trusts the other computer's word (sec=sys) asks for no password, "
            "even where only some addresses may use it.",
            "A share that a person made from the file manager (usershare) counts like those of "
            "the administrator.",
            "A Samba share with `guest ok` lets anonymous people in whatever `map to guest` says.",
        ),
    ),
    FactSpec(
        "sharing.media",
        BOOL,
        "A media server (DLNA, Jellyfin, Plex and the like) runs and offers music, pictures or "
        "films to the network.",
        "Media server running",
        platforms=LINUX + WINDOWS,
        traps=("A media server in a container on this computer counts as well.",),
    ),
    FactSpec(
        "sharing.printers",
        BOOL,
        "Other computers may send jobs to a printer of this one.",
        "Printers shared",
        needs_rights=LINUX + MACOS,
        traps=(
            "Looking for other computers' printers (cups-browsed) is not sharing.",
            "Printers that only Samba offers are not seen.",
            "A printer marked as shared is not, while the print server waits on this computer "
            "itself only.",
        ),
    ),
    FactSpec(
        "sharing.smb1",
        BOOL,
        "The file server of this computer accepts version 1 of the SMB protocol, which is broken.",
        "SMB version 1 accepted",
        platforms=LINUX + WINDOWS,
        traps=(
            "Without a file server it is false.",
            "What this computer accepts as a client of others' shares is another setting.",
            "Where nothing is set, the version of Samba decides: up to 4.10 it accepted it.",
        ),
    ),
)
