"""XFCE's settings as xfconf-query prints them."""

from collections.abc import Mapping

from tests.corpus import Reader

READERS: Mapping[str, Reader] = {}
UNUSED = {
    "xfconf-query": "The files of xfconfd say the same, and the program would start xfconfd.",
}
