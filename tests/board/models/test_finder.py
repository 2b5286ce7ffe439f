from __future__ import annotations

import os
from pathlib import Path

import pytest

from npumon.board.models.entry import ModelEntry
from npumon.board.models.finder import find_models, resolve_model
from npumon.core.problems import Problem, ProblemError
from tests import golden


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder of models (synthetic): the layout of the public demos, a plain one and a KSNN example."""
    for name in ("demos/inceptionv3/VIM3", "demos/inceptionv3/VIM3L", "NN_SLT/DnCnn-test"):
        path = tmp_path / name / "run.sh"
        path.parent.mkdir(parents=True)
        path.write_text("#! /bin/sh\necho run\n")
        path.chmod(0o755)
    for name in ("yolov3.py", "models/VIM3/yolov3.nb", "models/VIM3L/yolov3.nb", "libs/libnn_yolov3.so", "data/a.jpg"):
        path = tmp_path / "ksnn/darknet" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


def full_names(entries: tuple[ModelEntry, ...]) -> list[str]:
    return [entry.full_name for entry in entries]


def refusal(text: str, entries: tuple[ModelEntry, ...], cwd: Path) -> Problem:
    with pytest.raises(ProblemError) as caught:
        resolve_model(text, entries, cwd)
    assert caught.value.problem.kind == "usage"
    assert str(caught.value).isprintable()
    return caught.value.problem


def test_every_layout_is_found_with_the_chips_variant_first(home: Path) -> None:
    expected = ["DnCnn-test", "inceptionv3/VIM3", "inceptionv3/VIM3L", "yolov3/VIM3", "yolov3/VIM3L"]
    assert full_names(find_models([home], "VIM3")) == expected
    assert full_names(find_models([home], None)) == expected
    found = find_models([home], "VIM3L")
    assert full_names(found) == [
        "DnCnn-test",
        *("inceptionv3/VIM3L", "inceptionv3/VIM3"),
        *("yolov3/VIM3L", "yolov3/VIM3"),
    ]
    assert [entry.preferred for entry in found] == [True, True, False, True, False]


def test_a_model_below_two_roots_is_listed_once(home: Path) -> None:
    (home / "link").symlink_to("demos")
    found = find_models([home / "demos", home / "link", home, home / "missing"], "VIM3")
    assert len(found) == 5
    assert {entry.found_under for entry in found if entry.name == "inceptionv3"} == {home / "demos"}


def test_what_is_no_script_is_no_model(home: Path) -> None:
    (home / "a/run.sh").mkdir(parents=True)
    (home / "b").mkdir()
    (home / "b/run.sh").symlink_to("gone")
    (home / "c").symlink_to("c")
    (home / ".hidden/x").mkdir(parents=True)
    (home / ".hidden/x/run.sh").touch()
    assert len(find_models([home], "VIM3")) == 5


def test_names_that_are_hostile_are_found_and_visible(home: Path) -> None:
    raw = os.fsdecode(b"new\nline\x1b[2J\xff")
    (home / "odd" / raw).mkdir(parents=True)
    (home / "odd" / raw / "run.sh").touch()
    (entry,) = find_models([home / "odd"], None)
    assert entry.name == "new\\x0aline\\x1b[2J\\udcff"
    assert (entry.folder / "run.sh").is_file()
    assert resolve_model(entry.name, (entry,), home) is entry
    assert resolve_model(f"odd/{raw}", (entry,), home) is entry


def test_the_number_of_models_is_bounded(tmp_path: Path) -> None:
    for folder in range(41):
        for name in ("x.py", *(f"models/VIM3/{folder}-{number}.nb" for number in range(50))):
            path = tmp_path / str(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    assert len(find_models([tmp_path], "VIM3")) == 2_000


def test_no_roots_no_models() -> None:
    assert find_models([], "VIM3") == ()


def test_a_name_means_the_variant_for_the_chip(home: Path) -> None:
    assert resolve_model("inceptionv3", find_models([home], "VIM3L"), home).variant == "VIM3L"
    assert resolve_model("InceptionV3", find_models([home], None), home).variant == "VIM3"


def test_the_other_variant_can_be_had_with_a_remark(home: Path) -> None:
    entry = resolve_model("inceptionv3/vim3l", find_models([home], "VIM3"), home)
    assert (entry.variant, entry.note) == ("VIM3L", "made for the VIM3L; this board is a VIM3")


def test_the_only_variant_is_taken_with_a_remark(home: Path) -> None:
    entries = tuple(entry for entry in find_models([home], "VIM3") if entry.variant == "VIM3L")
    entry = resolve_model("inceptionv3", entries, home)
    assert entry.note == "made for the VIM3L; this board is a VIM3"


@pytest.mark.parametrize(
    "text",
    ["./demos/inceptionv3/VIM3L", "demos/inceptionv3/VIM3L/run.sh", "demos/../demos/inceptionv3/VIM3L/", "{home}/link"],
)
@pytest.mark.parametrize("known", [True, False])
def test_a_path_means_that_folder(text: str, known: bool, home: Path) -> None:
    (home / "link").symlink_to("demos/inceptionv3/VIM3L")
    entries = find_models([home], "VIM3") if known else ()
    entry = resolve_model(text.format(home=home), entries, home, "VIM3")
    assert os.path.samefile(entry.folder, home / "demos/inceptionv3/VIM3L")
    if known:
        assert entry is next(entry for entry in entries if entry.full_name == "inceptionv3/VIM3L")


def test_a_path_to_the_other_chips_variant_has_a_remark(home: Path) -> None:
    entry = resolve_model("./demos/inceptionv3/VIM3L", (), home, "VIM3")
    assert entry.note == "made for the VIM3L; this board is a VIM3"


def test_the_current_folder_is_a_path(home: Path) -> None:
    entry = resolve_model(".", (), home / "NN_SLT/DnCnn-test")
    assert (entry.name, entry.command) == ("DnCnn-test", ("./run.sh",))


def test_a_tilde_is_the_home_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(home))
    assert resolve_model("~/NN_SLT/DnCnn-test", (), Path("/")).name == "DnCnn-test"


def test_a_folder_of_variants_means_the_chips(home: Path) -> None:
    assert resolve_model("./demos/inceptionv3", (), home, "VIM3L").variant == "VIM3L"
    assert resolve_model("demos/inceptionv3", find_models([home], None), home).variant == "VIM3"


def test_a_ksnn_folder_means_its_example(home: Path) -> None:
    assert resolve_model("ksnn/darknet", find_models([home], "VIM3L"), home).full_name == "yolov3/VIM3L"


def test_one_name_in_two_places_is_ambiguous_but_where_one_is_here(home: Path) -> None:
    for place in ("one", "two"):
        (home / place / "DnCnn-test").mkdir(parents=True)
        (home / place / "DnCnn-test/run.sh").touch()
    entries = find_models([home], "VIM3")
    problem = refusal("DnCnn-test", entries, home)
    golden.problem(problem, "model.ambiguous", home=home)
    assert resolve_model("DnCnn-test", entries, home / "two").folder == home / "two/DnCnn-test"


def test_a_name_that_is_not_there_gets_near_ones(home: Path) -> None:
    golden.problem(refusal("inceptoinv3", find_models([home], "VIM3"), home), "model.missing near ones")
    golden.problem(refusal("zzz", find_models([home], "VIM3"), home), "model.missing", name="zzz")
    golden.problem(refusal("zzz", (), home), "model.missing and none found")


@pytest.mark.parametrize("text", ["", "  ", "gone/model", "x" * 10_000, "nul\0", "\x1b]0;t\x07\n", "/nowhere", "loop"])
def test_nonsense_is_refused_in_one_sentence(text: str, home: Path) -> None:
    (home / "loop").symlink_to("loop")
    problem = refusal(text, find_models([home], "VIM3"), home)
    assert problem.id == "model.missing"
    assert len(problem.what) < 300


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("demos", "model.not_runnable folder"),
        ("ksnn/darknet/yolov3.py", "model.not_runnable script"),
        ("ksnn/darknet/models/VIM3/yolov3.nb", "model.not_runnable network"),
        ("it's", "model.not_runnable quoted"),
    ],
)
def test_what_has_no_run_sh_needs_a_command(text: str, key: str, home: Path) -> None:
    (home / "it's").touch()
    golden.problem(refusal(text, find_models([home], "VIM3"), home), key, name=text)


def test_a_folder_named_run_sh_is_no_script(home: Path) -> None:
    (home / "a/run.sh").mkdir(parents=True)
    assert refusal("a", (), home).id == "model.not_runnable"
    assert refusal("a/run.sh", (), home).id == "model.not_runnable"
