"""What the corpus holds of accounts."""

from hipaaguard.collect.linux.accounts import users
from tests.corpus import Case, Reader


def etc_passwd(case: Case) -> None:
    accounts = users.parse_passwd(case.text)
    lines = [line.split(":") for line in case.text.splitlines()]
    assert [(it.name, it.uid, it.gid, it.shell) for it in accounts] == [
        (line[0], int(line[2]), int(line[3]), line[6]) for line in lines
    ]
    # The index states nothing; the one account for a person is the one with a home in /home.
    people = users.people(accounts, users.parse_uid_range(""))
    assert [it.name for it in people] == [it[0] for it in lines if it[5].startswith("/home/")]
    assert users.without_password(accounts, {}) == ()


READERS: dict[str, Reader] = {"etc-passwd": etc_passwd}
UNUSED = {"chage-l": "The age of passwords is no fact, and /etc/shadow says the rest."}
