"""Every program whose text output a collector reads, and why the text is the same in any language.

On Linux every program is started with LC_ALL=C.UTF-8, in which gettext translates nothing; macOS
has no such switch for the tools of its own frameworks, so there each needs a reason of its own.
"""

C_LOCALE = "It is started with LC_ALL=C.UTF-8, in which it translates nothing."

TEXT_PROGRAMS: dict[str, str] = {
    "apt": C_LOCALE,
    "apt-config": "It prints settings as configuration files have them.",
    "apt-get": C_LOCALE,
    "blkid": "It is asked for names and values.",
    "csrutil": "It has no translations.",
    "dmsetup": "It prints the kernel's own tables.",
    "dpkg-query": "It is given the format to print.",
    "falconctl": "It prints names and values.",
    "fdesetup": "It has no translations; words that are not known are no verdict.",
    "find": "It is given the format to print.",
    "firewall-cmd": C_LOCALE,
    "flatpak": "It is asked for one column of names.",
    "getent": "It prints fields as the account files have them.",
    "glsa-check": C_LOCALE,
    "gsettings": "It prints values in GVariant's text form.",
    "id": "It prints names or numbers of groups, and has no translations.",
    "ifconfig": "It prints names, flags and addresses, and has no translations.",
    "ip6tables-legacy-save": "It prints rules as arguments.",
    "ip6tables-nft-save": "It prints rules as arguments.",
    "ip6tables-save": "It prints rules as arguments.",
    "iptables-legacy-save": "It prints rules as arguments.",
    "iptables-nft-save": "It prints rules as arguments.",
    "iptables-save": "It prints rules as arguments.",
    "iwctl": "It has no translations.",
    "netstat": "It prints the kernel's tables, and has no translations.",
    "nixos-rebuild": "It prints numbers and dates of generations, and has no translations.",
    "nmcli": "It is asked for its terse form, and started with LC_ALL=C.UTF-8.",
    "pacman": C_LOCALE,
    "pmset": "It prints names and values of settings, and has no translations.",
    "ps": "It prints numbers and paths.",
    "resolvectl": "It has no translations.",
    "route": "It prints the kernel's answer, and has no translations.",
    "rpm": "It is given the format to print.",
    "scutil": "It has no translations; words that are not known are no verdict.",
    "sentinelctl": "It has no translations.",
    "sigtool": "It has no translations.",
    "smbd": "It has no translations.",
    "snap": C_LOCALE,
    "socketfilterfw": "The number of the state is read, never its words.",
    "spctl": "It has no translations.",
    "sysadminctl": "It has no translations; words that are not known are no verdict.",
    "sysctl": "It prints the kernel's own values.",
    "systemctl": "It is asked for properties: names and values.",
    "tail": "It prints the end of a file.",
    "wg": "It is asked for its dump of numbers and keys.",
    "wpa_cli": "It prints names and values.",
    "xset": "It has no translations.",
    "zfs": "It is asked for bare values.",
    "zpool": "It has no translations.",
}
"""By the program's name; edited by whoever adds a parser."""

STRUCTURED: dict[str, str] = {
    "bootc": "JSON",
    "bwrap": "what the program inside prints",
    "diskutil": "property lists",
    "dscl": "property lists",
    "ip": "JSON",
    "loginctl": "JSON, and properties as names and values",
    "mdatp": "JSON",
    "nft": "JSON",
    "pwpolicy": "a property list, below a line that is not read",
    "rpm-ostree": "JSON",
    "sharing": "JSON",
    "system_profiler": "JSON",
    "tailscale": "JSON",
    "zypper": "XML",
}
"""Programs that answer in a form made for programs, and which."""
