"""What is counted as a line of the profiler that npumon does not understand, and what as another program's."""

from __future__ import annotations

import time

import pytest

from npumon.core.log import events as ev
from npumon.core.log.grammar import VIVANTE
from npumon.core.log.keywords import Keywords
from npumon.core.log.parser import ProfileParser

KEYWORDS = Keywords(VIVANTE)


def events_of(line: str) -> list[ev.Event]:
    parser = ProfileParser()
    return [*parser.feed(line.encode() + b"\n"), *parser.close()]


@pytest.mark.parametrize(
    "line",
    [
        # misspelt
        "GPUTOTALCYCLE: 5",
        "[     1] TOTAL_READ_BANDWIDHT (MByte): 1.0",
        "TOTAL_REAB_BANDWIDTH: 1.0",
        "execution tim: 5 us",
        "exceution time: 5 us",
        "VPC_ELAPSETIM: 5",
        "Rum the 1 time: 1ms",
        "Start run grph [1] times...",
        "Create Neural Netwrk: 1ms or 2us",
        "shader kernal name: x",
        "#productnme=VIPNano",
        "---Begin VerifyTilng ---",
        "turned powerManagment off for CNN_PERF=1",
        "abs_opid: 5",
        "***********dump layr : 5***************",
        # cut
        "GPUTOTALCYC",
        "_BANDWIDTH (MByte): 3.680220",
        "OTALCYCLES: 5",
        "ution time: 5 us",
        "Verify Grap",
        "Create Neural",
        # understood but for a figure
        "TOTAL_READ_BANDWIDTH  (MByte): 1.2x",
        "layer id: one layer name:n operation[0]:a target:b.",
        "Run the 1 time: garbage",
        "abs_op_id: five",
        "uid: x",
        "execution time:  us",
        "Total   12.3.4ms or 5us",
        "21.00ms or 21625.00us",
        "resultData.detect_num=x",
        "VXNNE_OPERATOR_CONVOLUTION",
    ],
)
def test_what_looks_like_the_profilers_is_unrecognized(line: str) -> None:
    (event,) = events_of(line)
    assert event == ev.Unrecognized(1, line.strip())


@pytest.mark.parametrize(
    "line",
    [
        "Setting pipeline to NULL ...",
        "Pipeline is live and does not need PREROLL ...",
        "(gst-launch-1.0:4312): GLib-CRITICAL **: 00:12:09.101: g_file_test: assertion 'filename != NULL' failed",
        "libovxlib.so => /usr/lib/libovxlib.so (0x0000007f8a4c1000)",
        "processor	: 0",
        "Features	: fp asimd evtstrm aes pmull sha1 sha2 crc32 cpuid",
        "[   12.345678] usb 1-1: new high-speed USB device number 2 using xhci-hcd",
        "[    5.123456@3] galcore: loading out-of-tree module taints kernel.",
        "[   25.253842] <6>[   25.253842@0] Galcore version 6.4.3.p0.286725",
        "tench, Tinca tinca",
        "great white shark, white shark, man-eater, man-eating shark",
        "total 48",
        "-rw-r--r-- 1 khadas khadas 6923904 Nov 27 12:00 network_binary.nb",
        "Welcome to Ubuntu 20.04.4 LTS (GNU/Linux 4.9.241 aarch64)",
        "Last login: Fri Nov 27 12:00:00 2026 from 192.168.1.2",
        "[node type]	          [first]	 [avg ms]	     [%]	  [cdf%]	  [mem KB]	[times called]	[Name]",
        "	 Vx Delegate	   41.210	   42.876	100.000%	100.000%	     0.000	        1	[out]:64",
        "INFO: Vx delegate: allowed_cache_mode set to 0.",
        "Initialized session in 33.207ms.",
        "tengine-lite library version: 1.2-dev",
        "vip run network execution time: 1234 us",
        "profile inference time=186us, cycle=169477",
        "uid=1000(khadas) gid=1000(khadas) groups=1000(khadas),27(sudo)",
        "average time 5 ms",
        "count=12 size=100",
        "Memory (bytes): count=0",
        "CPU CYCLES 5",
        "product",
        "VIV_VX_DEBUG_LEVEL=1 CNN_PERF=1 NN_LAYER_DUMP=1",
        "2: 0.833984",
        "31.126182, 278",
        "ValueError: no such layer",
        "--------------------------------------",
        "#CONFIG ^CONFIG_X=y",
    ],
)
def test_what_another_program_prints_is_foreign(line: str) -> None:
    (event,) = events_of(line)
    assert event == ev.ForeignText(1, " ".join(line.split("\t")).strip())


def test_only_the_beginning_of_a_line_is_looked_at() -> None:
    assert KEYWORDS.found_in(" " * 150 + "GPUTOTALCYCLE: 5")
    assert not KEYWORDS.found_in(" " * 200 + "GPUTOTALCYCLE: 5")


def test_no_line_takes_long() -> None:
    """Quadratic time in the length of the line would be seconds here."""
    begun = time.process_time()
    for unit in ("GPUTOTALCYCLX ", "execution tim ", "a_", "A" * 40 + " ", "vxPrcessGraph"):
        assert KEYWORDS.found_in(unit * 2_000) in (True, False)
    assert time.process_time() - begun < 2.0
