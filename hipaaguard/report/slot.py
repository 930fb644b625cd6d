"""The one place of a page that is not under its own digest: where the envelope goes.

A rendered page holds `SLOT_OPEN + SLOT_CLOSE` exactly once. No text of a report can hold either,
because every `<` of a text is escaped. `reports/FORMAT.md` specifies the slot.
"""

SLOT_OPEN: bytes = b'<pre id="hipaaguard-envelope" hidden>'
SLOT_CLOSE: bytes = b"</pre><!-- hipaaguard-envelope ends -->"
