"""The VerifyTiling block: its two tables, joined by the number of the operation."""

from __future__ import annotations

import functools
import re

from npumon.core.profile import TilingRow

#: Rows kept of one block. The largest graphs have some 1,000 operations.
_ROWS = 5_000

#: Rows that are remembered by their text: a program prints its table again at each start.
_REMEMBERED = 2_048
#: What the first table tells.
_FIRST_TABLE = TilingRow._fields[1 : TilingRow._fields.index("children") + 1]

_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_PARENTS = re.compile(r" P((?: ?\[[\d, ]{0,200}\])+)", re.ASCII)
_CHILDREN = re.compile(r" C((?: ?\[[\d, ]{0,200}\])+)", re.ASCII)


class TilingTable:
    """Collects the rows of both tables; the second one's may come for operations that the first one lacks."""

    def __init__(self) -> None:
        self._rows: dict[int, TilingRow] = {}

    def add_operation(self, match: re.Match[str]) -> None:
        """Add a row of the first table: shapes, kernel, neighbours."""
        row = _operation_row(match.groups())
        known = self._rows.get(row.number)
        if known is not None:  # the second table's row, or one of this number before
            row = known._replace(**{name: getattr(row, name) for name in _FIRST_TABLE})
        self._put(row)

    def add_caches(self, match: re.Match[str]) -> None:
        """Add a row of the second table: memories, caches, compression; of several for one operation the first counts.

        `kc/ks` is the share of the compressed kernel that fits its cache, `ks/eks` that of the estimated kernel that is
        left after compression.
        """
        row = self._row(int(match[1]), match[2])
        if row.kernel_type is not None or row.image_cache_bytes is not None:
            return
        image, cached = int(match[5]), int(match[6])
        fits, left = float(match[7].partition("(")[0]) / 100, float(match[8].partition("(")[0]) / 100
        self._put(
            row._replace(
                memory_in=match[3],
                memory_out=match[4],
                image_cache_bytes=image,
                kernel_cache_bytes=cached,
                kernel_bytes=_compressed(row.kernel_bytes_estimated, cached, fits, left),
                kernel_type=None if match[9] == "NONE" else match[9],
            )
        )

    def rows(self) -> tuple[TilingRow, ...]:
        """Return the rows in the order of their numbers."""
        return tuple(self._rows[number] for number in sorted(self._rows))

    def _row(self, number: int, target: str) -> TilingRow:
        return self._rows.get(number) or TilingRow(number, target)

    def _put(self, row: TilingRow) -> None:
        if row.number in self._rows or len(self._rows) < _ROWS:
            self._rows[row.number] = row


@functools.lru_cache(_REMEMBERED)
def _operation_row(groups: tuple[str, ...]) -> TilingRow:
    """Make a row of what was matched of the first table's."""
    numbers = [int(text) for text in groups[2:-1]]
    source, source_bytes, target, target_bytes = numbers[:4], numbers[4], numbers[5:9], numbers[9]
    kernel, estimated, pad, pool, stride = numbers[10:13], numbers[13], numbers[14:16], numbers[16:18], numbers[18:20]
    return TilingRow(
        int(groups[0]),
        groups[1],
        input_shape=tuple(source) if any(source) else (),
        output_shape=tuple(target) if any(target) else (),
        input_bytes=source_bytes if any(source) else None,
        output_bytes=target_bytes if any(target) else None,
        kernel_shape=(kernel[0], kernel[1], kernel[2]) if all(kernel) else None,
        kernel_bytes_estimated=estimated if all(kernel) else None,
        pad=(pad[0], pad[1]),
        pool=(pool[0], pool[1]),
        stride=(stride[0], stride[1]),
        parents=_neighbours(_PARENTS, groups[-1]),
        children=_neighbours(_CHILDREN, groups[-1]),
    )


def _neighbours(pattern: re.Pattern[str], text: str) -> tuple[int, ...]:
    found = pattern.search(text)
    return tuple(map(int, _NUMBER.findall(found[1]))) if found else ()


def _compressed(estimated: int | None, cached: int, fits: float, left: float) -> int | None:
    """Return the kernel's size after compression; percentages beyond belief give None."""
    if estimated and 0 < left < 1e6:
        return round(estimated * left)
    return round(cached / fits) if cached and 0 < fits < 1e6 else None
