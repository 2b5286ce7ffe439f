"""What a model file says, as values. Sizes are in bytes; `None` means that the file does not say, never zero."""

from __future__ import annotations

from typing import Literal, NamedTuple

#: `gxnpuc` is a header of the same compiler for a core that is unknown here; the last two are JSON files that tools
#: write beside a graph.
Format = Literal["gx8002", "gxnpuc-leo", "gxnpuc-apus", "gxnpuc", "npub", "nbg", "nbg-meta", "graph-json"]
Severity = Literal["info", "warn", "fail"]
Mode = Literal["sram", "xip"]
Value = str | int | None


class FileCheck(NamedTuple):
    """One rule and whether it holds.

    `severity` says how bad a broken rule is: only a `fail` makes the file unusable. An `info` that holds is a remark.
    `id` is stable, for scripts. `limit` says that `expected` is the most that is allowed.
    """

    id: str
    severity: Severity
    ok: bool
    expected: Value = None
    found: Value = None
    detail: str = ""
    limit: bool = False


class Compiler(NamedTuple):
    """The compiler of the file. `compiled_at` is ISO 8601 without a zone, since the compiler prints local time."""

    version: str | None = None
    unit: str | None = None
    model_info: str | None = None
    compiled_at: str | None = None


class Sizes(NamedTuple):
    """The memory budget of a model, in bytes, as declared.

    `total` = `npu` + `input` + `output` and `npu` = `cmd` + `weight` + `data` + `tmp` + `ops` in a sound GX8002
    header. On LEO `cmd` is npu_content and `data` is cpu_content, as the runtime passes them; on APUS `tmp` is
    cache_content.
    """

    total_bytes: int | None = None
    npu_bytes: int | None = None
    cmd_bytes: int | None = None
    weight_bytes: int | None = None
    data_bytes: int | None = None
    tmp_bytes: int | None = None
    ops_bytes: int | None = None
    input_bytes: int | None = None
    output_bytes: int | None = None
    in_out_bytes: int | None = None


class Quantization(NamedTuple):
    """How integers represent real numbers. Only the fields that mean something for `kind` are set.

    dynamic: real = stored / 2^`fractional_bits`; affine: real = (stored - `zero_point`) * `scale`.
    """

    kind: Literal["none", "dynamic", "affine", "unknown"]
    fractional_bits: int | None = None
    scale: float | None = None
    zero_point: int | None = None


class Tensor(NamedTuple):
    """An input or output. `shape` is outermost first; `offset_bytes` is its position in its struct.

    `bytes` is None if the element type is unknown, `offset_bytes` if there is no struct. `entry_name` is an NBG's own
    name for a tensor whose name in the original graph is known too.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    elements: int
    bytes: int | None
    offset_bytes: int | None = None
    quantization: Quantization | None = None
    entry_name: str | None = None


class StatePair(NamedTuple):
    """A recurrent state and the output that is its next value; `ok` if dimensions and element type agree."""

    input: str
    output: str | None
    ok: bool


class Fit(NamedTuple):
    """What one way of running needs of the NPU's SRAM and of flash, compared with what there is.

    `sram`: commands, weights and data in SRAM. `xip`: commands and weights are read from flash.
    """

    mode: Mode
    needs_bytes: int
    budget_bytes: int
    flash_bytes: int = 0
    flash_budget_bytes: int = 0

    @property
    def ok(self) -> bool:
        return self.needs_bytes <= self.budget_bytes and self.flash_bytes <= self.flash_budget_bytes

    @property
    def headroom_bytes(self) -> int:
        """Bytes of SRAM left; negative if there are too few."""
        return self.budget_bytes - self.needs_bytes

    @property
    def tight(self) -> bool:
        """Whether it fits with less than a tenth to spare."""
        return self.ok and self.needs_bytes * 10 > self.budget_bytes * 9


class Array(NamedTuple):
    """An array of bytes in the file.

    `role` is cmd, weight, data, tmp, ops, npu, cpu, cache or mcu; of a graph's table its name. `content` is None if
    there is none or, as `unreadable` says, if it cannot be read. `alignment` and `macro` (a linker section) are as
    declared, `constant` says `const`.
    """

    name: str
    role: str
    size_bytes: int
    content: bytes | None = None
    unreadable: bool = False
    alignment: int | None = None
    macro: str | None = None
    constant: bool = False
    disabled: bool = False


class StructName(NamedTuple):
    """What a header calls a struct: `role` is input, output or in_out, `disabled` that it is inside `#if 0`."""

    role: str
    name: str
    disabled: bool = False


class FileTable(NamedTuple):
    """An entry of a file's directory: what is where."""

    name: str
    offset: int
    size_bytes: int


class NbgInfo(NamedTuple):
    """What only a Vivante network binary graph has.

    `format_version` and `target_pid` are as in the header. `pool_bytes` is video memory for intermediate results;
    `axi_sram_bytes` and `vip_sram_bytes` are what the network needs of either SRAM. `operation_types` counts operations
    by kind, `sections` are (name, offset, bytes).
    """

    format_version: int
    target_pid: int
    target: str | None = None
    network: str | None = None
    layer_count: int | None = None
    operation_count: int | None = None
    input_count: int | None = None
    output_count: int | None = None
    pool_bytes: int | None = None
    pool_alignment_bytes: int | None = None
    axi_sram_bytes: int | None = None
    vip_sram_bytes: int | None = None
    layers: tuple[str, ...] = ()
    operation_types: tuple[tuple[str, int], ...] = ()
    sections: tuple[tuple[str, int, int], ...] = ()
    tensor_names: tuple[str, ...] = ()
    largest_blob_bytes: int | None = None


class ModelFile(NamedTuple):
    """One model file.

    `settings` are the compiler's configuration if the banner repeats it, `strings` texts that the file declares beyond
    the known ones (a project's own version). `tables` are the entries of the file's directory, if it has one, and
    `file_bytes` is its length. `weights_compressed` is None where nothing tells.
    """

    format: Format
    compiler: Compiler = Compiler()
    pb_md5: str | None = None
    sizes: Sizes = Sizes()
    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()
    in_out: tuple[Tensor, ...] = ()
    states: tuple[StatePair, ...] = ()
    fit: tuple[Fit, ...] = ()
    checks: tuple[FileCheck, ...] = ()
    arrays: tuple[Array, ...] = ()
    structs: tuple[StructName, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    strings: tuple[tuple[str, str], ...] = ()
    nbg: NbgInfo | None = None
    tables: tuple[FileTable, ...] = ()
    file_bytes: int | None = None
    weights_compressed: bool | None = None

    @property
    def ok(self) -> bool:
        """No check of severity `fail` is broken."""
        return all(check.ok or check.severity != "fail" for check in self.checks)

    @property
    def companion(self) -> bool:
        """Whether this is no model but a file that stands beside one."""
        return self.format in ("nbg-meta", "graph-json")

    @property
    def overlay_saves_bytes(self) -> int | None:
        """Bytes that each buffer, and the copying after each run, save if the output overlays the next input.

        None if the model has no states or the file no in_out struct.
        """
        sizes = self.sizes
        if not self.states or sizes.in_out_bytes is None or None in (sizes.input_bytes, sizes.output_bytes):
            return None
        return (sizes.input_bytes or 0) + (sizes.output_bytes or 0) - sizes.in_out_bytes

    def array(self, role: str) -> Array | None:
        """Return the first array of a role."""
        return next((array for array in self.arrays if array.role == role), None)

    def with_checks(self, *checks: FileCheck) -> ModelFile:
        """Return the same file with further checks, such as those that need a second file."""
        return self._replace(checks=self.checks + checks)
