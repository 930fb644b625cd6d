"""The sentences that every report carries: what it is, what it is not, how to check it.

The meaning follows HHS: FAQ 2003 on private certifications, 45 CFR 164.306(d)(3) on addressable
specifications, 45 CFR 164.316(b)(2)(i) on six years.
"""

TITLE = "Workstation safeguard report"

REPLAYED = (
    "Made from a recording, not from this computer.",
    "It shows how HipaaGuard judges recorded answers. It is no evidence about a computer in use.",
)
UNSIGNED = (
    "Not signed.",
    "Nothing in it shows who made it, or whether it was changed afterwards.",
)

PROPOSED = (
    "Proposed, not in force.",
    "It was judged by a rule that was proposed in 2025 and is not in force. What it does not find "
    "is no gap under the rule of today.",
)

NOTHING_OPEN = "Nothing: every requirement that applies was observed."
NOTHING_JUDGED = "Nothing was judged: none of the policy's requirements applies to this computer."

NEVER_COVERED = (
    "What no program on the computer can see: who looks at the screen, locked doors, paper, "
    "training, written policies and contracts.",
    "Other computers, telephones, the router at home, and the practice's own systems.",
    "Any time but that of the audit.",
    "Whether a protection withstands an attack: HipaaGuard reads settings and attacks nothing.",
)
"""What no policy can cover, one sentence each."""

VERIFY_COMMAND = "hipaaguard verify FILE --keyring KEYS"
VERIFY = (
    "Once: get the contractor's public key, and compare its fingerprint with them by telephone, "
    "on a number that you already have.",
    f"For each report: run {VERIFY_COMMAND}",
    "Rely on the file only if the command says that it is accepted. A page or a printout that "
    "looks right shows nothing; keep the file itself.",
)
"""How the practice checks a signed report, in order."""


def notices(keep_until: str) -> tuple[tuple[str, str], ...]:
    """The standing notices, each a headline and its sentences.

    Args:
        keep_until: the day on which six years have passed, in words.

    Returns:
        The notices in the order in which they are read.
    """
    return (
        (
            "One computer at one time.",
            "This report says what HipaaGuard observed on one computer, by one policy, at the time "
            "given above. It says nothing about the practice as a whole.",
        ),
        (
            "Not a certification.",
            "Nor is it a lawyer's opinion. The Department of Health and Human Services does not "
            "endorse or recognise private certifications for the Security Rule, and no program can "
            "decide whether an entity meets it.",
        ),
        (
            "“Addressable” does not mean “may be skipped”.",
            "Where an addressable specification is reasonable and appropriate, it is implemented. "
            "Where it is not, the practice or the contractor, whichever the rule binds, writes "
            "down why, and puts an equivalent measure in its place if that is reasonable and "
            "appropriate: 45 CFR 164.306(d)(3).",
        ),
        (
            "The numbers are the policy's.",
            "The Security Rule names no number of minutes or days and no product, and ranks no "
            "safeguard above another. Each limit and each severity is a choice of the policy; "
            "where a limit has a source, it stands beside the check.",
        ),
        (
            "Statements of the contractor.",
            "The name of the computer, and any other words that the contractor gave, are the "
            "contractor's own statement. HipaaGuard has not checked them.",
        ),
        (
            "Share it only with the practice.",
            "It describes weak points of a computer.",
        ),
        (
            "No patient data.",
            "HipaaGuard reads settings and never opens documents: by design, this report holds no "
            "protected health information.",
        ),
        (
            f"Keep it until {keep_until} at least.",
            "Documentation is kept for six years from its creation, or from the day when it was "
            "last in effect if that is later, as when a newer report replaces it: "
            "45 CFR 164.316(b)(2)(i).",
        ),
    )
