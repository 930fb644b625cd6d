"""Words that claim too much: HHS recognises no private certificate, and the rule names no product.

What a gap means in law is not for a program to say. `make policies-check` and the tests look for
them in everything that ships.
"""

import re

_FORMS = (
    r"HIPAA[- ](certified|certification|approved|grade)|(HHS|OCR)[- ]approved",
    r"HIPAA[- ]complian(t|ce)|compliant with HIPAA|(fully|100 ?%) compliant|compliance score",
    r"guarantee|ensures? compliance|audit-proof|breach-proof",
    r"safe harbou?r (is )?(met|applies|achieved)|no (breach )?notice (is )?needed",
    r"HIPAA requires? (a |an )?(VPN|firewall|MFA|multi-factor|antivirus|BitLocker|FileVault"
    r"|AES|encryption|15[- ]min|10[- ]min|password (expiry|complexity))",
    r"addressable.{0,20}optional",
    r"(new HIPAA|202[0-9]) rule requires",
    r"six years of logs|6[- ]year log retention",
    r"you are in violation|violation found|non-compliant",
    r"FIPS[- ]validated",
    r"(?<!\bnot )(?<!\bno )legal advice",
)
_FORM = re.compile("|".join(_FORMS), re.IGNORECASE)


def overclaims(text: str) -> tuple[str, ...]:
    """Every part of the text, on one line, that claims too much."""
    return tuple(match[0] for match in _FORM.finditer(text))
