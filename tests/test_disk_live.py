"""Disk encryption, the real thing: what blkid says of real file systems, and real loop devices."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hipaaguard.collect.linux.disk.spare import Content, content_of, parse_blkid
from tests.conftest import ROOT, needs

if sys.platform != "linux":
    pytest.skip("needs Linux to look at", allow_module_level=True)

PATH = f"{os.environ['PATH']}:/usr/sbin:/sbin"
SIZE = 256 << 20
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")


def run(*command: str, check: bool = True) -> str:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PATH": PATH},
    )
    assert not check or done.returncode == 0, done.stderr
    return done.stdout


def image(folder: Path, *make: str) -> Path:
    """A file with what the program makes in it; of zeros when there is no program."""
    path = folder / "disk.img"
    with path.open("wb") as file:
        file.truncate(SIZE)
    if make:
        needs(make[0])
        run(*make, str(path))
    return path


def encrypted(folder: Path, version: str) -> Path:
    needs("cryptsetup")
    path = image(folder)
    key = folder / "key"
    key.write_bytes(b"k" * 32)
    rounds = ("--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000")
    run("cryptsetup", "-q", "luksFormat", *rounds, "--type", version, str(path), str(key))
    return path


def blkid(path: Path) -> dict[str, str]:
    """What blkid says in the form that the collector asks for; empty when it finds nothing."""
    needs("blkid")
    return dict(parse_blkid(run("blkid", "-p", "-o", "export", str(path), check=False)))


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (("mkfs.ext4", "-q"), Content.READABLE),
        (("mkfs.vfat",), Content.READABLE),
        (("mkfs.ntfs", "-Q", "-q", "-F"), Content.READABLE),
        (("mkfs.btrfs", "-q"), Content.READABLE),
        (("mkswap",), Content.NOTHING),
        ((), Content.NOTHING),
    ],
    ids=lambda it: it[0] if isinstance(it, tuple) and it else None,
)
def test_what_real_file_systems_are(
    tmp_path: Path, make: tuple[str, ...], expected: Content
) -> None:
    assert content_of(blkid(image(tmp_path, *make))) is expected


@pytest.mark.parametrize("version", ["luks1", "luks2"])
def test_a_real_luks_header_holds_nothing_readable(tmp_path: Path, version: str) -> None:
    properties = blkid(encrypted(tmp_path, version))
    assert properties["ID_FS_TYPE"] == "crypto_LUKS"
    assert content_of(properties) is Content.NOTHING


@contextmanager
def attached(path: Path) -> Iterator[str]:
    """The loop device that shows the file, while it lasts."""
    needs("losetup")
    device = run("losetup", "--find", "--show", "--partscan", str(path), check=False).strip()
    if not device:
        pytest.skip("this machine has no loop devices to give")
    try:
        yield device
    finally:
        run("losetup", "--detach", device)


LOOK = """
import json, os
from datetime import UTC, datetime
from hipaaguard.collect import collect
from hipaaguard.collect.linux.disk.probe import PROBE
from hipaaguard.collect.live.linux import LinuxHost
facts = collect(LinuxHost(os.environ), PROBE.names, datetime.now(UTC)).facts
values = {it.key: it.value for it in facts}
print(json.dumps(values, default=lambda it: f"unavailable {it.reason}"))
"""


def facts(*before: str) -> dict[str, object]:
    """The disk facts of this machine, after commands that nobody else sees the mounts of."""
    script = " && ".join((*before, 'exec "$@"'))
    command = ("unshare", "--mount", "sh", "-c", script, "sh", sys.executable, "-c", LOOK)
    found: dict[str, object] = json.loads(run(*command))
    return found


@as_root
def test_a_file_shown_as_a_disk_is_no_disk_of_its_own(tmp_path: Path) -> None:
    needs("unshare")
    path = image(tmp_path, "mkfs.ext4", "-q")
    before = facts()
    with attached(path) as device:
        assert device.startswith("/dev/loop")
        after = facts()
    assert after == before


@as_root
def test_a_file_system_in_a_file_is_no_better_than_the_disk_below(tmp_path: Path) -> None:
    needs("unshare")
    path = image(tmp_path, "mkfs.ext4", "-q")
    point = tmp_path / "point"
    point.mkdir()
    before = facts()
    with attached(path) as device:
        mounted = facts(f"mount -o ro {device} {point}")
    plain = before["disk.system_encrypted"] is False
    volumes = mounted["disk.unencrypted_volumes"]
    if plain and isinstance(volumes, list):
        assert str(point) in volumes
    rest = {key: value for key, value in mounted.items() if key != "disk.unencrypted_volumes"}
    assert rest.items() <= before.items()
