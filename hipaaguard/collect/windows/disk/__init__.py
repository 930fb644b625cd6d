"""Whether what lies on the disks can be read without a key: BitLocker and Device encryption."""
