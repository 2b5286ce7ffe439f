"""The layout of a Vivante network binary graph, and how to read the numbers in it.

Source: VeriSilicon's NBG parser in TIM-VX (MIT licence), checked against public files of format versions 0x00010009 to
0x00010020. Everything is little-endian; the tables follow the order of the reader there. Files have more entries in
their directory than the parser knows (17, 18, 27 or 68 were seen), and longer operations from 0x00010014 on.
"""

from __future__ import annotations

MAGIC = b"VPMN"
#: The newest format version of which files were read; later ones may differ from what is read here.
NEWEST_KNOWN = 0x00010020
#: The newest one whose every table was compared with public files.
NEWEST_VERIFIED = 0x0001000F

NAME_OFFSET, NAME_BYTES = 0x0C, 64
COUNTS_OFFSET = 0x4C
FEATURES_OFFSET, FEATURES_BYTES, FEATURES_SINCE = 0x5C, 0x100, 0x00010003
POOL_BYTES = 12
SRAM_BYTES = 8
VIP_SRAM_SINCE = 0x00010008

#: The tables in the order of the file, each with the format version that introduced it.
TABLES: tuple[tuple[str, int], ...] = (
    ("input", 0),
    ("output", 0),
    ("layer", 0),
    ("operation", 0),
    ("lcd_table", 0),
    ("lcd", 0),
    ("nn", 0),
    ("tp", 0),
    ("sh", 0),
    ("patch", 0),
    ("layer_param", 0),
    ("sw_op", 0),
    ("hw_init", 0x0001000C),
    ("icd_table", 0x0001000C),
    ("icd", 0x0001000C),
    ("ppu_param", 0x0001000E),
)

#: Bytes of an entry of the directory: offset and size of a table. The longest directory seen has 68.
ENTRY_BYTES = 8
MOST_ENTRIES = 512

SIX_DIMENSIONS_SINCE = 0x0001000B
TENSOR_NAME_SINCE = 0x00010004
LAYER_UID_SINCE = 0x00010008
#: Bytes of an operation by the format version since which files have them; only the first fields are known.
OPERATION_BYTES: tuple[tuple[int, int], ...] = ((0x0001001E, 32), (0x00010014, 28), (0, 24))
_LONGEST_OPERATION = 256

#: Element types as (name, bytes).
DATA_FORMATS: tuple[tuple[str, int], ...] = (
    ("float32", 4),
    ("float16", 2),
    ("uint8", 1),
    ("int8", 1),
    ("uint16", 2),
    ("int16", 2),
    ("char", 1),
    ("bfloat16", 2),
    ("int32", 4),
    ("uint32", 4),
    ("int64", 8),
    ("uint64", 8),
    ("float64", 8),
)

#: The meaning of operation types was inferred from the lengths of the tables sh, nn and tp. Others are counted
#: together.
OPERATION_TYPES = {2: "NN", 3: "TP", 1: "SH"}
OTHER_TYPE = "other"
MARKER_TYPES = {0xFFFF: "init", 0xFFFE: "end"}


def tensor_bytes(version: int) -> int:
    """Return the length of an entry of the input and output tables."""
    return 4 + 4 * dimensions(version) + 6 * 4 + (NAME_BYTES if version >= TENSOR_NAME_SINCE else 0)


def dimensions(version: int) -> int:
    """Return how many dimensions an entry has room for."""
    return 6 if version >= SIX_DIMENSIONS_SINCE else 4


def layer_bytes(version: int) -> int:
    """Return the length of an entry of the layer table."""
    return NAME_BYTES + (12 if version >= LAYER_UID_SINCE else 8)


def operation_bytes(version: int, size: int, count: int) -> int:
    """Return the length of an operation in a table of so many bytes and entries.

    The table decides if its entries can be equally long, since the length depends on more than the format version.
    """
    if count and size % (4 * count) == 0 and OPERATION_BYTES[-1][1] <= size // count <= _LONGEST_OPERATION:
        return size // count
    return next(length for since, length in OPERATION_BYTES if version >= since)
