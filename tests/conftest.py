"""What the whole suite shares: hypothesis' settings, the real run, and logs as hostile as a strategy can draw them."""

from __future__ import annotations

import inspect
import os
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st

# No database in the tree, no deadline on noisy machines.
settings.register_profile("npumon", database=None, deadline=None, print_blob=True)
settings.register_profile("thorough", parent=settings.get_profile("npumon"), max_examples=1_000)
# The same examples each time, so that a change is judged by what it changes; elsewhere they are new in every run.
settings.register_profile("repeatable", parent=settings.get_profile("npumon"), derandomize=True)
# Whatever started the suite (nohup, a shell in the background) may have these ignored, and npumon would inherit that.
for number in (signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM):
    signal.signal(number, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "npumon"))

#: What starts npumon as a user does: as a process, or the live monitor as an application.
_SYSTEM_FIXTURES = {"npumon", "live", "python", "start", "demo"}
_MONITOR = Path(__file__).parent / "tui"


@pytest.hookimpl(tryfirst=True)  # before those that are not asked for are left out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what tests npumon as a whole. In tests/tui that is whatever runs an event loop: an application is in it."""
    for item in items:
        if isinstance(item, pytest.Function) and (
            not _SYSTEM_FIXTURES.isdisjoint(item.fixturenames)
            or (_MONITOR in item.path.parents and inspect.iscoroutinefunction(item.function))
        ):
            item.add_marker(pytest.mark.system)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end, whatever the verbosity, which tests were skipped and why."""
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else str(report.longrepr)
        for report in terminalreporter.stats.get("skipped", [])
    )
    if reasons:
        terminalreporter.section("skipped tests", sep="*", yellow=True, bold=True)
        for reason, count in sorted(reasons.items()):
            terminalreporter.line(f"{count:4} {reason}", yellow=True)


_DATA = Path(__file__).parent / "data"

#: Lines that stand before, between and after profiled blocks.
_LINES = (
    *(_DATA / "seed_run.txt").read_bytes().splitlines()[:16],
    *(_DATA / "seed_run.txt").read_bytes().splitlines()[-7:],
    b" |--- KSNN Version: v1.3 +---|",
    b"Done. inference :  0.0423",
    b"class: person, score: 0.9",
    b"box coordinate left,top,right,down: [12.5, 8.0, 96.0, 64.0]",
    b"resultData.detect_num=1",
    b"i:0 left:12.000000 right:96.000000 top:8.000000 bottom:64.000000",
    b"Run graph the 0 time fail",
    b"Total   216ms, Average 21.62ms ",
    b"Total",
    b"21.00ms or 21625.00us",
    b"khadas@Khadas:~/net$ ./net ../net.export.data person.jpg",
    b"khadas@Khadas:~/net$ ",
    b"what?khadas@Khadas:~/net$ ls",
    b"^Ckhadas@Khadas:~/net$ ",
    b"..",
    b"Traceback (most recent call last):",
    b"OSError: ./libs/libnn_net.so: undefined symbol: NPU_SetInput",
    b"terminate called after throwing an instance of 'std::logic_error'",
    b"count=12 first=28057 curr=28109 min=27409 max=32655 avg=29683.5 std=374",
    b"Repeat 12 times, thread 1, avg time 3.25 ms, max_time 4.50 ms, min_time 2.75 ms",
    b"--------------------------------------",
    b"31.126182, 278",
    b"[   25.253842] [galcore]: NP[0] hang, automatic recovery.",
    b"***********dump layer : 5***************",
    b"**********Show Command*****",
    b"Run segment 0. Type: 1, operations: [1, 1].",
    b"  0 NN [( 1 1 1 1, 1, 0x0x1(0x0x1, 0x(nil)) -> 1 1 1 1, 1, 0x0x1(0x0x1, 0x(nil))) k(1 1 1, 1) pad(0 0) "
    b"pool(0 0, 1 1)] C[  1]",
    b"E [vnn_Run:90]warm",
    b"run.sh: line 5: 14896 Segmentation fault      (core dumped) ./inceptionv3",
    b"10%\r20%\r100%",
    b"\x1b[31mred\x1b[0m",
    b"\xff\xfe \x00\x07",
    b"layer",
    b"layer id: 0",
    b"*********",
    b"VPC_ELAPSETIME: 5",
    b"",
    b"x" * 5_000,
    b"x" * 17_000,
)

#: Heads of blocks: regular ones, and some that only look like it.
_HEADS = (
    b"layer id: 0 layer name:network_binary_graph operation[0]:unkown operation type target:unkown operation target.",
    b'layer_id: 12 layer name:conv,"1" operation[3]:VXNNE_OPERATOR_CONVOLUTION target:NN.',
    b"layer id: 1 layer name:=cmd operation[0]:+a target:-b.",
    b"layer id: 1 layer name:\xc3\xa4\xff\x1b[1m operation[0]:\x1b[31mred\x1b[0m target:\xe4\xb8\xad.",
    b"layer id: 1 layer name:" + b"n" * 1_500 + b" operation[0]:a target:b.",
    b"layer id: 1 layer name:n operation[0]:a target:" + b"t" * 17_000 + b".",
    b"layer id: one layer name:n operation[0]:a target:b.",
    b"layer id: 0",
)

_MBYTES = st.one_of(
    st.integers(100, 10**10).map(lambda millionths: f"{millionths // 10**6}.{millionths % 10**6:06d}"),
    st.sampled_from(
        (
            *("0.000000", "0.000001", "0.000099", "0.000100", "1.000000", "40.000000", "00.500000", "-1.500000"),
            *("1.5", "1.5e3", "0.1234567", "1.5" + "0" * 20, "99999999.999999", "100000000.500000", "1" * 18 + ".5"),
            *("nan", "-nan", "inf", "1e999", "71.70 3380", "", "."),
        )
    ),
)
_COUNTS = st.one_of(
    st.integers(1, 10**10).map(str),
    st.sampled_from(("0", "007", "-3", "1", "9999999999", "10000000000", "9" * 18, "9" * 19, "1e3", "x", "")),
)
_TIMES = st.one_of(
    st.integers(1, 10**9).map(lambda hundredths: f"{hundredths // 10**5}.00ms or {hundredths // 100}.00us"),
    st.sampled_from(
        (
            *("27ms or 27960us", "0.00ms or 0.00us", "1.00ms or 1234.50us", "1.00ms or 1234.56us", "1.0ms or 1.00us"),
            *("0.00ms or nanus", "-1.00ms or -1.00us", "21.00ms or 021609.00us", "1.00ms or 999999999999.50us"),
        )
    ),
)


@st.composite
def _blocks(draw: st.DrawFn, *, plain: bool) -> list[bytes]:
    """The 18 lines of a block: several times as the demo program prints them, or once and nearly so."""
    mbyte = _MBYTES if not plain else st.integers(100, 10**10).map(lambda n: f"{n // 10**6}.{n % 10**6:06d}")
    count = _COUNTS if not plain else st.integers(1, 10**10 - 1).map(str)
    time = _TIMES if not plain else st.integers(1, 10**9).map(lambda n: f"{n // 1000}.00ms or {n}.00us")
    names = ("TOTAL_READ", "TOTAL_WRITE", "AXI_READ", "AXI_WRITE", "DDR_READ", "DDR_WRITE")
    lines = [
        draw(st.sampled_from(_HEADS[:2] if plain else _HEADS)),
        b"uid: 0",
        draw(st.sampled_from((b"op_abs_id: 0", b"abs_op_id: 7"))),
        f"execution time:             {draw(count)} us".encode(),
        *(
            f"[{number:6d}] {name}_BANDWIDTH{' ' * (2 - number % 2)}(MByte): {draw(mbyte)}".encode()
            for number, name in enumerate(names, 1)
        ),
        f"[     7] GPUTOTALCYCLES: {draw(count)}".encode(),
        f"[     8] GPUIDLECYCLES: {draw(count)}".encode(),
        f"VPC_ELAPSETIME: {draw(count)}".encode(),
        b"*********",
        f"Run the {draw(count)} time: {draw(time)}".encode(),
        b"vxProcessGraph execution time:",
        f"Total   {draw(time)}".encode(),
        f"Average {draw(time)}".encode(),
    ]
    if plain:
        return lines * draw(st.integers(1, 4))
    first, second = draw(st.integers(0, 17)), draw(st.integers(0, 17))
    match draw(st.sampled_from(("whole", "swap", "drop", "head", "tail", "crlf", "ansi", "splice", "redraw", "extra"))):
        case "swap":
            lines[first], lines[second] = lines[second], lines[first]
        case "drop":
            del lines[first]
        case "head":
            del lines[:first]
        case "tail":
            del lines[first + 1 :]
        case "crlf":
            lines = [line + b"\r" for line in lines]
        case "ansi":
            lines[first] = lines[first][:second] + b"\x1b[1;32m" + lines[first][second:]
        case "splice":  # a message of stderr in the middle of a line
            whole = lines[first]
            lines[first : first + 1] = [whole[:second] + b"W [vsi_nn_Run:12]slow", whole[second:]]
        case "redraw":
            lines[first] = b"wait...\r" + lines[first]
        case "extra":
            lines.insert(first, lines[second])
    return lines


@st.composite
def _logs(draw: st.DrawFn) -> bytes:
    kinds = st.one_of(_blocks(plain=True), _blocks(plain=False), st.lists(st.sampled_from(_LINES), max_size=4))
    parts = draw(st.lists(kinds, max_size=7))
    text = b"\n".join(line for part in parts for line in part)
    end = draw(st.sampled_from((b"\n", b"\n", b"", b"\r\n")))
    return text[draw(st.integers(0, 40)) if draw(st.booleans()) else 0 :] + end


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Texts of real runs, and what is made of them."""
    return _DATA


@pytest.fixture(scope="session")
def seed_run() -> bytes:
    """The text of the real run that the vendor's performance document prints."""
    return (_DATA / "seed_run.txt").read_bytes()


@pytest.fixture(scope="session")
def mixed_logs() -> st.SearchStrategy[bytes]:
    """Synthetic logs: regular blocks, nearly regular ones, parts of them, and whatever else a log may hold."""
    return _logs()


@pytest.fixture(scope="session")
def chunked() -> Callable[[st.DataObject, bytes], list[bytes]]:
    """Cuts bytes into chunks of drawn sizes."""

    def chunks(data: st.DataObject, text: bytes) -> list[bytes]:
        sizes = data.draw(st.lists(st.sampled_from((1, 2, 7, 100, 1_000, 5_000)), min_size=1, max_size=6))
        cut: list[bytes] = []
        while text:
            size = sizes[len(cut) % len(sizes)]
            if len(cut) > 2_000:
                size = len(text)
            cut.append(text[:size])
            text = text[size:]
        return cut

    return chunks
