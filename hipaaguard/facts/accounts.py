"""Accounts: who can log in, how, and with which rights."""

from hipaaguard.facts.spec import BOOL, INT, LINUX, FactSpec

SPECS = (
    FactSpec(
        "accounts.autologin",
        BOOL,
        "Someone is logged in when the machine starts without their password being asked for.",
        "Logs in by itself",
        needs_rights=LINUX,
        traps=(
            "The password that unlocks the disk is asked for earlier and is not meant here.",
            "Only the log-in screen in use counts, not the settings of others that are installed.",
            "An account to choose at the log-in screen that has no password is not meant here.",
        ),
    ),
    FactSpec(
        "accounts.empty_passwords",
        INT,
        "How many accounts can log in with an empty password.",
        "Accounts without password",
        platforms=LINUX,
        needs_rights=LINUX,
        traps=(
            "An empty password that PAM accepts nowhere (without `nullok`) is not counted.",
            "Without administrator rights it is at least so many, by what everyone can read.",
            "A locked password is not an empty one.",
        ),
    ),
    FactSpec(
        "accounts.guest_enabled",
        BOOL,
        "Someone without an account of their own can log in as a guest.",
        "Guest log-in",
        needs_rights=LINUX,
        traps=(
            "LightDM lets guests in by default, but only with its guest script installed.",
            "A guest account whose password is locked cannot log in.",
        ),
    ),
    FactSpec(
        "accounts.human_accounts",
        INT,
        "How many accounts for people can log in on this machine.",
        "Accounts for people",
        traps=(
            "An account counts by its number and its shell; its password may be locked.",
            "Accounts of a directory service are not on this machine, so they are not counted.",
        ),
    ),
    FactSpec(
        "accounts.lockout_after",
        INT,
        "How many failed attempts in a row lock an account.",
        "Locks after attempts",
        traps=(
            "Where nothing locks, there is no number.",
            "Whether and when the account opens again by itself is not said.",
            "The administrator's own account may be exempt.",
        ),
    ),
    FactSpec(
        "accounts.lockout_enabled",
        BOOL,
        "An account is locked after some failed attempts to log in.",
        "Locks after failures",
        traps=(
            "A lock-out that counts failures but is not asked before a log-in locks nothing.",
            "A lock-out with a limit of 0 attempts never locks.",
            "It tells of the console and the log-in screen in use, not of log-ins from afar.",
        ),
    ),
    FactSpec(
        "accounts.password_min_length",
        INT,
        "The fewest characters that a new password can have.",
        "Shortest password",
        traps=(
            "It holds for new passwords; those that exist may be shorter.",
            "Credits for kinds of characters let shorter passwords pass than the length set.",
            "An administrator may set any password for others.",
        ),
    ),
    FactSpec(
        "accounts.sudo_without_password",
        BOOL,
        "The person can become administrator without giving a password.",
        "Rights without password",
        platforms=LINUX,
        needs_rights=LINUX,
        traps=(
            "A rule for single programs of the system's own does not count.",
            "A password that was given a moment ago and is remembered does not count.",
            "Rules of polkit, which other programs use, are not looked at.",
        ),
    ),
    FactSpec(
        "accounts.user_is_admin",
        BOOL,
        "The person who uses this machine can act as its administrator with their own account.",
        "Person is administrator",
        needs_rights=LINUX,
        traps=(
            "A group's name gives no rights; a rule of sudo, doas or polkit must.",
            "A rule that asks for the administrator's own password (`targetpw`) gives no rights.",
            "Groups that can be turned into administrator rights (docker, lxd, disk) do not count.",
        ),
    ),
)
