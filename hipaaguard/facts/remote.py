"""The ways in which this computer can be used from elsewhere."""

from hipaaguard.facts.spec import BOOL, LINUX, STRINGS, FactSpec

SPECS = (
    FactSpec(
        "remote.control_installed",
        STRINGS,
        "The remote-control programs that are installed, running or not, of anydesk, "
        "chrome-remote-desktop, dameware, dwservice, gotomypc, jump-desktop, logmein, meshagent, "
        "nomachine, parsec, radmin, realvnc, remote-utilities, remotepc, rustdesk, screenconnect, "
        "splashtop, sunshine, supremo, teamviewer, ultraviewer, vnc, wayvnc, x11vnc, xpra, xrdp "
        "and zoho-assist.",
        "Remote-control programs installed",
        traps=(
            "A program that was never installed, only downloaded and started, is not listed; "
            "`remote.desktop_sharing` lists it while it runs.",
            "On Windows programs from the Microsoft Store are not looked for.",
            "What a system brings along for sharing itself is not listed: GNOME's and KDE's, "
            "Remote Desktop, Remote Assistance and Quick Assist of Windows, Screen Sharing and "
            "Remote Management of macOS.",
            "On macOS applications outside of the folders for them are not looked for.",
        ),
    ),
    FactSpec(
        "remote.desktop_sharing",
        STRINGS,
        "What lets this computer's desktop be seen or operated from elsewhere at the moment: "
        "anydesk, apple-remote-desktop, chrome-remote-desktop, dameware, dwservice, "
        "gnome-remote-desktop, gotomypc, jump-desktop, krdp, krfb, logmein, meshagent, nomachine, "
        "parsec, radmin, rdp, realvnc, remote-utilities, remotepc, rustdesk, screen-sharing, "
        "screenconnect, splashtop, sunshine, supremo, teamviewer, ultraviewer, vnc, wayvnc, "
        "x11vnc, xpra, xrdp or zoho-assist.",
        "Desktop shared by",
        traps=(
            "A program that runs counts whether or not somebody is connected, and whether or not "
            "it asks before it lets them in.",
            "A program that waits on this computer itself only (loopback) does not count.",
            "Video calls that share the screen, and programs not in the list, are not seen.",
            "`rdp` on Windows is Remote Desktop, whether or not it asks for the password before it "
            "opens a session (NLA). A call for help (Remote Assistance, Quick Assist) is not seen.",
            "`screen-sharing` and `apple-remote-desktop` are Screen Sharing and Remote Management "
            "of macOS; the latter opens the port of the former as well. AirPlay and the mirroring "
            "of an iPhone are not seen.",
            "That GNOME's sharing services run says nothing: they run on many desktops that share "
            "nothing, so only their open port counts.",
        ),
    ),
    FactSpec(
        "remote.ssh_listening",
        BOOL,
        "An SSH server waits for connections from other computers, on whatever port.",
        "SSH server reachable",
        needs_rights=LINUX,
        traps=(
            "The firewall may still close the port.",
            "An SSH server that is started by each connection (socket activation) counts, though "
            "none runs.",
            "SSH that a VPN client serves inside itself, as Tailscale SSH does, has no port of "
            "its own and is not seen.",
            "A server inside a container is not this computer's own.",
        ),
    ),
    FactSpec(
        "remote.ssh_password_login",
        BOOL,
        "The SSH server's settings let somebody log in with a password alone.",
        "SSH login by password",
        needs_rights=LINUX,
        traps=(
            "Questions asked through PAM (keyboard-interactive) are passwords too: turning off "
            "PasswordAuthentication alone does not end them.",
            "If any `Match` block allows it for somebody from somewhere, it is true.",
            "It says what is set, whether or not the server is running.",
            "A server that has not been restarted may still follow its former settings.",
            "Every Mac has the server and its settings: as it is delivered, passwords are let in, "
            "though the server (Remote Login) is off.",
        ),
    ),
    FactSpec(
        "remote.ssh_root_login",
        BOOL,
        "The SSH server's settings let the administrator account itself log in, by password or "
        "by key.",
        "SSH login as administrator",
        needs_rights=LINUX,
        traps=(
            "`prohibit-password`, the default, still lets the administrator in with a key.",
            "It says what is set, whether or not the account has a key or a password.",
            "On Windows it is any member of the group Administrators.",
        ),
    ),
)
