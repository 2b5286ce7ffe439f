"""The layout of a Vivante network binary graph, and how to read the numbers in it.

Source: VeriSilicon's NBG parser in TIM-VX (MIT licence), checked against public files of format versions 0x00010009 and
0x0001000f. Everything is little-endian; the tables follow the order of the reader there.
"""

from __future__ import annotations

MAGIC = b"VPMN"
#: The newest format version that the public parser accepts; later ones may differ from what is read here.
NEWEST_KNOWN = 0x00010014

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

SIX_DIMENSIONS_SINCE = 0x0001000B
TENSOR_NAME_SINCE = 0x00010004
LAYER_UID_SINCE = 0x00010008
OPERATION_BYTES = 24

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

#: The meaning of operation types was inferred from the lengths of the tables sh, nn and tp.
OPERATION_TYPES = {1: "SH", 2: "NN", 3: "TP", 0xFFFF: "init", 0xFFFE: "end"}


def tensor_bytes(version: int) -> int:
    """Return the length of an entry of the input and output tables."""
    return 4 + 4 * dimensions(version) + 6 * 4 + (NAME_BYTES if version >= TENSOR_NAME_SINCE else 0)


def dimensions(version: int) -> int:
    """Return how many dimensions an entry has room for."""
    return 6 if version >= SIX_DIMENSIONS_SINCE else 4


def layer_bytes(version: int) -> int:
    """Return the length of an entry of the layer table."""
    return NAME_BYTES + (12 if version >= LAYER_UID_SINCE else 8)
