"""Identifiers that are the same on every machine, so that they tell nothing of whose it is."""

# Type identifiers of partitions (UEFI specification; systemd's Discoverable Partitions
# Specification; Microsoft's PARTITION_INFORMATION_GPT).
_PARTITIONS = frozenset(
    {
        "c12a7328-f81f-11d2-ba4b-00a0c93ec93b",
        "21686148-6449-6e6f-744e-656564454649",
        "bc13c2ff-59e6-4262-a352-b275fd6f7172",
        "af9b60a0-1431-4f62-bc68-3311714a69ad",
        "e75caf8f-f680-4cee-afa3-b001e56efc2d",
        "0fc63daf-8483-4772-8e79-3d69d8477de4",
        "0657fd6d-a4ab-43c4-84e5-0933c84b4f4f",
        "e6d6d379-f507-44c2-a23c-238f2a3df928",
        "a19d880f-05fc-4d3b-a006-743f0f84911e",
        "ca7d7ccb-63ed-4c53-861c-1742536059cc",
        "4f68bce3-e8cd-4db1-96e7-fbcaf984b709",
        "933ac7e1-2eb4-4f13-b844-0e14e2aef915",
        "e3c9e316-0b5c-4db8-817d-f92df00215ae",
        "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7",
        "de94bba4-06d1-4d40-a16a-bfd50179d6ac",
    }
)

# What collectors ask Windows about, or tell its answers apart by: power settings and plans
# (winnt.h), categories of updates ([MS-WUSP]), properties of drives, device classes.
_WINDOWS = frozenset(
    {
        "0e796bdb-100d-47d6-a2d5-f7d2daa51f51",
        "0fa1201d-4330-4fa8-8ae9-b877473b6441",
        "238c9fa8-0aad-41ed-83f4-97be242c8f20",
        "28bc880e-0592-4cbf-8f95-c79b17911d5f",
        "29f6c1db-86da-48c5-9fdb-f2b67b1f44da",
        "2d15a9a1-a556-4189-91ad-027458f11a07",
        "3689bdc8-b205-4af4-8d4a-a63924c5e9d5",
        "3c0bc021-c8a8-4e07-a973-6b14cbcb2b7e",
        "4f971e89-eebd-4455-a8de-9e59040e7347",
        "5808c8aa-7e8f-42e0-85d2-e1e90434cfb3",
        "5ca83367-6e45-459f-a27b-476b1d01c936",
        "605dab50-e046-4300-abb6-3dd810dd8b23",
        "68c5b0a3-d1a6-4553-ae49-01d3a7827828",
        "7516b95f-f776-4464-8c53-06167f40cc99",
        "8be4df61-93ca-11d2-aa0d-00e098032b8c",
        "8c3fcc84-7410-4a95-8b89-a166a0190486",
        "b54e7d24-7add-428f-8b75-90a396fa584f",
        "cd5ffd1e-e932-4e3a-bf74-18bf0b1bbd83",
        "d68ddc3a-831f-4fae-9e44-da132c1acf46",
        "e0789628-ce08-4437-be74-2495b842f43b",
        "e6cf1350-c01b-414d-a61f-263d14d133b4",
        "fea3413e-7e05-4911-9a71-700331f1c294",
        "381b4222-f694-41f0-9685-ff5bb260df2e",
        "8c5e7fda-e8bf-4a96-9a85-a6e23a8c635c",
        "a1841308-3541-4fab-bc81-f71556f20b4a",
        "e9a42b02-d5df-448d-aa00-03f14749eb61",
    }
)

WELL_KNOWN_UUIDS = _PARTITIONS | _WINDOWS
