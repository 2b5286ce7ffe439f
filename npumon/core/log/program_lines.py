r"""What programs, their libraries, the kernel and shells print around a profile: a rule for each kind of line.

Sources: the demos of aml_npu_demo_binaries and KSNN, OVXLIB's log, TensorFlow Lite's benchmark_model, Tengine's
examples, GStreamer, glibc, Python, and public session logs of VIM3 and i.MX 8M Plus users, who paste whole sessions.
"""

from __future__ import annotations

from npumon.core.log.line_rule import INT, NUM, rule

_NEXT = r"(?:, *| +)"
_DEATHS = (
    r"Segmentation fault|Aborted|Killed|Bus error|Illegal instruction|Floating point exception|"
    r"Trace/breakpoint trap|Bad system call|Terminated|Hangup"
)
#: A message of OVXLIB, or of the detection library in the same form.
_MESSAGE = rf"[EWID] (?:Detect_api:)?\[(?:[^\[\]:]{{1,200}}:){{1,2}}{INT}\].*"
#: A text in which no such message begins.
_ALONE = r"(?:(?![EWID] (?:Detect_api:)?\[).){1,500}"
_EXCEPTION = r"terminate called (?:after throwing an instance of|without an active exception|recursively).*"
_KERNEL = r"(?:<\d>)?\[ *\d{1,7}\.\d{6}(?:@\d)?\] .*"
_TRACEBACK = r"Traceback \(most recent call last\):"
#: How the names of exceptions end, those of other libraries (`cv2.error`) included.
_ENDINGS = ("Error", "Exception", "Exit", "Interrupt", "Iteration")
_RAISED = rf"(?:(?:[A-Z_]\w{{0,60}})?(?:{'|'.join(_ENDINGS)})|(?<=\.)error)"
#: `[   25.253842] <6>[   25.253842@0] ` or `Nov 27 12:00:00 khadas kernel: [   25.253842] `.
_JOURNAL = r"(?:[A-Z][a-z]{2} [ \d]\d [\d:]{8} \S{1,60} kernel: )?"
_STAMP = r"(?:<\d>)?\[ *\d{1,9}\.\d{1,9}(?:@\d)?\] ?"
_STAMPS = rf"{_JOURNAL}((?:{_STAMP}){{0,4}})"
#: What a terminal's title adds before a prompt, spelled out, and the environment's name.
_PROMPT_FRONT = r"(?:\\x1b\]0;.{0,200}?\\x07)?(?:\([\w. -]{1,40}\) ?)?"

#: What people write for lines that they leave out.
_DOTS = "(?:\\.{2,40}|\u2026{1,6})"
#: The prompt's beginning that names user and host, then what was typed.
_PROMPTS = (
    r"([\w.-]{1,40}@[\w.-]{1,60}:)[^$#]{0,300}[$#]",  # khadas@Khadas:~/net$
    r"(\[[\w.-]{1,40}@[\w.-]{1,60} )[^\]]{1,200}\][$#]",  # [root@khadas tengine-lite]#
    r"([\w.-]{1,40}@[\w.-]{1,60} )\S{1,200} %",  # zsh
    r"([\w.-]{1,40}:/)\S{0,200} [$#]",  # kvim3:/data/local/tmp #
)

PROGRAM_RULES = (
    # --- Top5 ---
    rule("top", "-", rf"-+ *(?:Show )?Top({INT}) *\+?-+"),
    # 2: 0.833984
    rule("top_entry", "-0123456789", rf"(-?{INT}): *({NUM})", open_ended=True),
    # Fail to show result.
    rule("top_failed", "F", r"Fail to show result\.?"),
    # |--- KSNN Version: v1.3 +---|
    rule("ksnn", "|K", r"(?:\|-+\+? ?)?KSNN Version: ?(\S{1,100})(?: ?\+?-+\|)?"),
    # Done. inference :  0.0423
    rule("inference", "Di", rf"(?:Done\. *)?inference(?: time)? *: *({NUM})", open_ended=True),
    # Start init neural network ...
    rule(
        "stage",
        "SGDdmr",
        r"(Start init neural network|Get input data|Start inference) ?\.\.\.|Done\.|det_set_model success!!|"
        rf"model\.(?:width|height|channel):{INT}|Det_(?:set_input|get_result) (?:START|END)|"
        rf"result type is -?{INT}",
    ),
    # resultData.detect_num=3
    rule("detections", "r", rf"resultData\.detect_num ?= ?({INT})", open_ended=True),
    # i:3 left:12.000000 right:96.000000 top:8.000000 bottom:64.000000
    rule(
        "box",
        "i",
        rf"i: ?({INT}),? left: ?({NUM}),? right: ?({NUM}),? top: ?({NUM}),? bottom: ?({NUM})",
        open_ended=True,
    ),
    # class: person, score: 0.9
    rule("object", "c", rf"class: ?(.*?), ?score: ?({NUM})", open_ended=True),
    # box coordinate left,top,right,down: [12.5, 8.0, 96.0, 64.0]
    rule(
        "object_box",
        "b",
        rf"box coordinate left, ?top, ?right, ?down: ?\[ *({NUM}){_NEXT}({NUM}){_NEXT}({NUM}){_NEXT}({NUM}) *\]",
    ),
    # -- other programs' own figures
    # STARTING!
    rule("benchmark_start", "SI", r"(?:INFO: )?STARTING!"),
    # Running benchmark for at least 50 iterations and at least 1 seconds but terminate if exceeding 150 seconds.
    rule("benchmark_stage", "RI", r"(?:INFO: )?(Running benchmark for at least .{1,200})"),
    # count=50 first=41210 curr=42876 min=40102 max=51377 avg=42711.6 std=2210
    rule(
        "benchmark_count",
        "cI",
        rf"(?:INFO: )?count=({INT})((?: first={NUM})? curr={NUM}(?: \w{{1,20}}={NUM}){{0,20}})",
        open_ended=True,
    ),
    # Inference timings in us: Init: 33207, First inference: 12049107, Warmup (avg): 1.2e+07, Inference (avg): 29683.5
    rule(
        "benchmark_timings",
        "I",
        rf"(?:INFO: )?Inference timings in us: Init: ({NUM}), First inference: ({NUM}), "
        rf"Warmup \(avg\): ({NUM}), Inference(?: \(avg\))?: ({NUM})",
        open_ended=True,
    ),
    # ERROR: Failed to apply EXTERNAL delegate.
    # ERROR: Benchmarking failed.
    rule("benchmark_failed", "EFB", r"(?:ERROR: )?(Failed to apply \w{1,40} delegate|Benchmarking failed)\.?"),
    # Repeat 10 times, thread 1, avg time 2.95 ms, max_time 3.42 ms, min_time 2.76 ms
    rule(
        "tengine_times",
        "R",
        rf"Repeat \[?({INT})\]? times,? thread \[?{INT}\]?, avg time \[?({NUM})\]? ?ms, "
        rf"max_time \[?({NUM})\]? ?ms, min_time \[?({NUM})\]? ?ms",
    ),
    # --------------------------------------
    rule("dashes", "-", r"-{10,}"),
    # 31.126182, 278
    rule("tengine_score", "-0123456789", rf"({NUM}), (-?{INT})", open_ended=True),
    # Setting pipeline to PAUSED ...
    rule("pipeline", "S", r"Setting pipeline to (?:PAUSED|PLAYING) ?\.\.\."),
    # vip run network execution time: 1234 us
    rule("viplite", "vp", r"vip run network execution time:.*|profile inference time=.*"),
    # -- the driver's libraries
    # HAL user version: 6.4.6.345497
    rule(
        "driver_version",
        "H",
        r"HAL user version:? (\d{1,9}(?:\.[pP]?\d{1,9}){2,8}(?:\+\d{1,9})?)",
        open_ended=True,
    ),
    # gcSHADER_WriteBufferToFile: Failed to open file
    rule("driver_message", "g", r"(gc[A-Z]\w{2,60}: ?.*)"),
    # vxoBinaryGraph_patchTP[4856]: cann't support data type 4, please set ENV NN_LAYER_DUMP=1 and …
    rule("driver_place", "v", rf"(vx\w{{2,80}}\[{INT}\]: ?{_ALONE})"),
    # fail to read lcdt offset
    # Failed to open device: No such file or directory, Try again...
    rule(
        "driver_error",
        "fF",
        rf"(fail to (?:read|load|init|create|parse|get) {_ALONE}|(?:FATAL: )?Failed to open device\b{_ALONE})",
    ),
    # Node 0x55a1b2c3d4("name"): No.3 parameter is required but not supplied
    rule("node", "N", rf'(Node 0x\w{{1,16}}\(".{{0,300}}?"\): {_ALONE})'),
    # -- messages, and how programs die
    # E [vnn_CreateInceptionV3:142]CHECK PTR 308
    rule("ovxlib", "EWID", rf"([EWID]) (\[(?:[^\[\]:]{{1,200}}:){{1,2}}{INT}\].*)"),
    # E Detect_api:[det_set_model:58]dlopen failed
    rule("detect_log", "EWID", r"([EWID]) (Detect_api:\[.*)"),
    # run.sh: line 5: 14896 Segmentation fault      (core dumped) ./inceptionv3 inception_v3.nb
    # Aborted (core dumped)
    rule(
        "death",
        "",
        rf".{{1,1000}}?: (?:line )?{INT}: +(?:{INT} +)?(?:{_DEATHS})(?: .*)?|(?:{_DEATHS})(?: \(core dumped\))?|"
        rf"\[\d{{1,6}}\] ?[+-]? +(?:{_DEATHS})(?: .*)?|Quit \(core dumped\)",
        hints=(*_DEATHS.split("|"), "Quit (core"),
    ),
    # terminate called after throwing an instance of 'std::logic_error'
    rule("exception", "t", rf"({_EXCEPTION})"),
    # what():  basic_string::_M_construct null not valid
    rule("exception_text", "w", r"(what\(\): *.*)"),
    # free(): invalid pointer
    rule(
        "heap",
        "fmrcd*",
        r"((?:free|malloc|realloc|calloc|munmap_chunk)\(\): .{1,200}|double free or corruption\b.{0,200}|"
        r"corrupted (?:size|double-linked list)\b.{0,200}|"
        r"\*\*\* (?:Error in|stack smashing detected|buffer overflow detected)\b.{0,1000})",
    ),
    # net: ../src/main.cpp:85: int main(int, char**): Assertion `argc > 2' failed.
    rule("assertion", "", r"(.{0,1000}?\bAssertion [`'].{1,1000}' failed\.?)", hints=("Assertion",)),
    # ./net: error while loading shared libraries: libovxlib.so: cannot open shared object file: No such file
    # python3: symbol lookup error: ./libs/libnn_net.so: undefined symbol: NPU_SetInput
    rule(
        "loader",
        "",
        r"(.{1,1000}?: (?:symbol lookup error|error while loading shared libraries): .{1,2000}|"
        r"CANNOT LINK EXECUTABLE .{1,2000})",
        hints=("symbol lookup error", "error while loading shared", "CANNOT LINK"),
    ),
    # Traceback (most recent call last):
    rule("traceback", "T", _TRACEBACK),
    # OSError: ./libs/libnn_net.so: undefined symbol: NPU_SetInput
    rule(
        "python_error",
        "",
        rf"((?:[a-zA-Z_]\w{{0,60}}\.){{0,6}}{_RAISED})(?:: (.*))?",
        hints=(*_ENDINGS, ".error"),
    ),
    # [npumon: 4096 bytes were lost here: No space left on device]
    # [npumon: 4096 bytes were not read here: the program printed faster than npumon reads]
    rule("lost", "[", r"\[npumon: (\d{1,18} (?:bytes were|files were|file was) (?:lost|left out|not read) here: .*)\]"),
    # Usage: ./inceptionv3 data_file inputs...
    rule("usage", "U", r"(Usage: \S+ data_file inputs\.\.\.)"),
    # -- the kernel
    # [galcore]: NP[0] hang, automatic recovery.
    rule(
        "hang",
        "[<=gGNJFMASOD",
        rf"{_STAMPS}((?:\[?galcore\]?:? ?)?(?:\w{{1,8}}\[\d{{1,3}}\] ?(?:core\d{{1,3}} )?hang\b.{{0,300}}|"
        r"(?:GPU |NPU |automatic )?recovery done\b.{0,100})|=+>+ ?(?:begin npu|npu) hardware reset\b.{0,100})",
        hints=("hang", "recovery done", "hardware reset"),
    ),
    # [   12.345678] usb 1-1: new high-speed USB device number 2 using xhci-hcd
    rule("kernel", "[<JFMASOND", rf"{_JOURNAL}{_STAMP}.*"),
    # -- shells
    # khadas@Khadas:~/net$ ./run.sh
    *(rule("prompt", "", rf"{_PROMPT_FRONT}{prompt}(?: +(.*))?", hints=("$", "#", "%")) for prompt in _PROMPTS),
    # $ ./run.sh
    rule("typed", "$", r"\$ (.{1,1000})"),
    # ..
    # [... 120 lines ...]
    rule(
        "cut",
        ".[(<-*\u2026\u22ee",
        rf"\.|\u22ee|{_DOTS}|[\[(<]{_DOTS}[\])>]|[\[(<]? ?{_DOTS} ?.{{1,60}}? ?{_DOTS} ?[\])>]?|"
        r"[<\[*-]{1,20} ?(?:snip|8<) ?[>\]*-]{1,20}",
    ),
)

#: Half a line of stdout and the message of stderr or the kernel that split it, as happens when both go to one file,
#: pipe or console: `GPUTOTALCYCE [vnn_Run:90]warm` `LES: 16697255`.
SPLICE = rule(
    "splice", "", rf"(.+?)({_MESSAGE}|{_EXCEPTION}|{_TRACEBACK}|{_KERNEL})", hints=("[", "terminate ", "Traceback ")
)
