"""The Models page: the list, what is known of a model, running it, and what to do where there is none."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest
from textual.pilot import Pilot

from npumon.core.monitor.activity import Activity
from npumon.core.monitor.live import ModelChoice
from npumon.core.problems import Problem, ProblemError
from npumon.tui.app import MonitorApp
from npumon.tui.backend import DisplayOptions, ModelWish
from npumon.tui.page_keys import PAGE_KEYS
from npumon.tui.paint import Area, width_of
from npumon.tui.screens import models
from npumon.tui.screens.models import ModelsPage
from npumon.tui.widgets.model_details import DEMOS, Paragraph, how_to_get_one, laid_out
from npumon.tui.widgets.model_table import ModelTable, matching_models
from tests.tui.stage import StaticBackend, application, live, picture
from tests.tui.stage import until_at_rest as until

DEMO = "~/aml_npu_demo_binaries"
INCEPTION = ModelChoice(
    id="a",
    name="inceptionv3",
    full_name="inceptionv3/VIM3",
    variant="VIM3",
    kind="run.sh",
    folder=f"{DEMO}/inceptionv3/VIM3",
    command="./run.sh",
    labels=f"{DEMO}/imagenet_slim_labels.txt",
    files=("inception_v3.nb",),
    networks=("/models/inception_v3.nb",),
)
OTHER_CHIP = INCEPTION._replace(
    id="b", full_name="inceptionv3/VIM3L", variant="VIM3L", preferred=False,
    remarks=("made for VIM3L; this is a VIM3",), networks=("/models/other.nb",),
)  # fmt: skip
HOSTILE = ModelChoice("c", "[bold]x", "[bold]x[/] [link=http://x]", None, "ksnn", "/日本/" + "x" * 300, "py [/]", None)


class MonitorBackend(StaticBackend):
    """A backend whose answers a test decides."""

    def __init__(
        self,
        choices: Sequence[ModelChoice],
        display: DisplayOptions = DisplayOptions(refresh_s=3600),  # noqa: B008
    ) -> None:
        super().__init__(live(), display)
        self.choices = tuple(choices)
        self.problem: Problem | None = None
        self.asked: list[str] = []
        self.threads: set[bool] = set()

    def models(self) -> Sequence[ModelChoice]:
        self.threads.add(threading.current_thread() is threading.main_thread())
        if self.problem is not None:
            raise ProblemError(self.problem)
        return super().models()

    def inspection(self, network: str) -> str:
        self.threads.add(threading.current_thread() is threading.main_thread())
        self.asked.append(network)
        if network not in self.inspections:
            raise ProblemError(Problem("inspect.unknown", f"{network} is no model file [bold].", "Look at it."))
        return self.inspections[network]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Selections rest only for a moment."""
    monkeypatch.setattr(models, "REST_S", 0.001)


async def opened(pilot: Pilot[int]) -> ModelsPage:
    """The page, when the models are known."""
    app = pilot.app
    assert isinstance(app, MonitorApp)
    await until(pilot, lambda: app.live.snapshot.taken_at)
    app.action_page("models")
    await until(pilot, lambda: isinstance(app.screen, ModelsPage) and app.screen.is_mounted)
    assert isinstance(app.screen, ModelsPage)
    page = app.screen
    await until(pilot, lambda: page.caption.count is not None)
    return page


def text(page: ModelsPage) -> str:
    return "\n".join(picture(page.host.app))


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (250, 80), (60, 15), (40, 10)])
@pytest.mark.parametrize("ascii_only", [False, True])
async def test_models_are_listed_in_every_size(size: tuple[int, int], ascii_only: bool) -> None:
    backend = MonitorBackend((INCEPTION, OTHER_CHIP, HOSTILE), DisplayOptions(refresh_s=3600, ascii=ascii_only))
    async with MonitorApp(backend).run_test(size=size) as pilot:
        page = await opened(pilot)
        await until(pilot, lambda: "[bold]x[/]" in picture(page.host.app)[5])  # the list is as high as its rows
        screen = picture(page.host.app)
        assert screen[1].startswith("Models")
        assert screen[3].startswith((">" if ascii_only else "▸") + "inceptionv3/VIM3 ")
        assert screen[4].startswith(" ! inceptionv3/VIM3L ")
        assert "command  ./run.sh" in text(page)
        assert text(page).isascii() or not ascii_only
        await pilot.press("G")
        await until(pilot, lambda: "[bold]x[/] [link=http://x]   ksnn" in text(page))
        assert {strip.cell_length for strip in page._compositor.render_strips()} == {size[0]}
        assert text(page).isascii() or not ascii_only


async def test_what_lies_beside_a_model_is_inspected_once_and_on_a_thread() -> None:
    backend = MonitorBackend((INCEPTION, OTHER_CHIP))
    backend.inspections = {"/models/inception_v3.nb": "NBG [bold]format[/]\n\n  sizes\n"}
    async with MonitorApp(backend).run_test(size=(120, 40)) as pilot:
        page = await opened(pilot)
        await until(pilot, lambda: "NBG [bold]format[/]" in text(page))
        await pilot.press("j")
        await until(pilot, lambda: "! /models/other.nb is no model file [bold]. Look at it." in text(page))
        assert "! made for VIM3L; this is a VIM3" in text(page)
        await pilot.press("k")
        await until(pilot, lambda: "NBG [bold]format[/]" in text(page))
        assert backend.asked == ["/models/inception_v3.nb", "/models/other.nb"]
        assert backend.threads == {False}
        await pilot.press("f5")
        await until(pilot, lambda: len(backend.asked) == 3)
        assert backend.asked[-1] == "/models/inception_v3.nb"


async def test_a_row_that_is_passed_by_is_not_inspected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "REST_S", 3600)
    backend = MonitorBackend((INCEPTION, OTHER_CHIP))
    async with MonitorApp(backend).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        await pilot.press("j", "k")
        await pilot.pause()
        assert "Reading inception_v3.nb" in text(page)
        assert backend.asked == []


async def test_several_files_are_read_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "_REMEMBERED", 3)
    networks = tuple(f"/models/{number}.nb" for number in range(3))
    backend = MonitorBackend((INCEPTION._replace(networks=networks), OTHER_CHIP))
    backend.inspections = {network: f"this is {network}" for network in networks}
    async with MonitorApp(backend).run_test(size=(120, 40)) as pilot:
        page = await opened(pilot)
        await until(pilot, lambda: all(f"this is {network}" in text(page) for network in networks))
        assert backend.asked == list(networks)
        await pilot.press("j")
        await until(pilot, lambda: "/models/other.nb is no model" in text(page))
        assert len(page._inspections) == 3


async def test_details_are_scrolled_by_keys_and_wheel() -> None:
    backend = MonitorBackend((INCEPTION,))
    backend.inspections = {"/models/inception_v3.nb": "\n".join(f"row {number}" for number in range(100))}
    async with MonitorApp(backend).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        await until(pilot, lambda: "row 1 " in text(page))
        subtitle = page.details.border_subtitle
        await pilot.press("J")
        await pilot.pause()
        assert "inceptionv3/VIM3   run.sh" not in text(page)
        assert page.details.border_subtitle != subtitle
        for _ in range(30):
            await pilot.press("J")
        assert "row 99" in text(page)
        for _ in range(30):
            await pilot.press("K")
        assert "inceptionv3/VIM3   run.sh" in text(page)
        page.details.scroll_by(1000)
        page.details.tell([Paragraph("short")], from_start=False)
        await pilot.pause()
        assert page.details.border_subtitle == ""


@pytest.mark.parametrize("how", ["enter", "double click"])
async def test_the_selected_model_is_run(how: str) -> None:
    backend = MonitorBackend((INCEPTION, OTHER_CHIP))
    async with MonitorApp(backend).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        if how == "enter":
            await pilot.press("j", "enter")
        else:
            await pilot.click(ModelTable, offset=(5, 2), times=2)
        await until(pilot, lambda: backend.still is not None and backend.still.asked)
        assert backend.still is not None
        assert backend.still.asked == [("b", 1, 0)]
        assert page.host.app.current_mode == "live"


async def test_a_click_on_no_row_runs_nothing() -> None:
    backend = MonitorBackend((INCEPTION,))
    async with MonitorApp(backend).run_test(size=(120, 40)) as pilot:
        page = await opened(pilot)
        for row in (0, 8):
            await pilot.click(ModelTable, offset=(5, row), times=2)
        await pilot.pause()
        assert page.host.app.current_mode == "models"


async def test_nothing_is_run_beside_a_run() -> None:
    backend = MonitorBackend((INCEPTION,))
    backend.shown = live(activity=Activity(stage="running"))
    async with MonitorApp(backend).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "A run is in progress" in text(page))
        assert page.host.app.current_mode == "models"


async def test_words_narrow_the_list() -> None:
    backend = MonitorBackend((INCEPTION, OTHER_CHIP, HOSTILE))
    async with MonitorApp(backend).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        await pilot.press("slash", *"VIM3L")
        await until(pilot, lambda: "1 of 3 shown" in text(page))
        assert page.table.current is not None
        assert page.table.current.choice == OTHER_CHIP
        await pilot.press(*"zz")
        await until(pilot, lambda: "0 of 3 shown" in text(page))
        await pilot.press("enter", "enter")
        await pilot.pause()
        assert page.host.app.current_mode == "models"
        await pilot.press("escape")
        await until(pilot, lambda: "3 found" in text(page))
        await pilot.press("slash", *"inception", "enter", "n", "n", "n", "N")
        await until(pilot, lambda: page.table.current is not None and page.table.current.choice == INCEPTION)


async def test_without_a_model_it_says_how_to_get_one() -> None:
    backend = MonitorBackend(())
    async with MonitorApp(backend).run_test(size=(120, 40)) as pilot:
        page = await opened(pilot)
        assert "No models found." in text(page)
        for words in (DEMOS, DEMO, "npumon -- COMMAND", "npumon --demo"):
            assert words in text(page)
        await pilot.press("enter", "slash", "n", "j", "J")
        await pilot.pause()
        assert not page.filter_line.is_open
        backend.choices = (INCEPTION,)
        await pilot.press("f5")
        await until(pilot, lambda: "1 found" in text(page))
        assert "No models found." not in text(page)
        backend.choices = ()
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "No models found." in text(page))


@pytest.mark.parametrize("size", [(60, 15), (40, 10)])
async def test_the_ways_to_a_model_are_seen_on_small_terminals(size: tuple[int, int]) -> None:
    async with MonitorApp(MonitorBackend(())).run_test(size=size) as pilot:
        page = await opened(pilot)
        shown = " ".join(text(page).replace("│", " ").split())
        for words in ("No models found.", "npumon --demo", "Get Khadas' demos", "git clone"):
            assert words in shown


async def test_a_search_that_fails_says_why() -> None:
    backend = MonitorBackend(())
    backend.problem = Problem("models.unreadable", "The folder [bold] cannot be read.", "chmod it.")
    async with MonitorApp(backend).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        assert "The folder [bold] cannot be read." in text(page)
        assert "chmod it." in text(page)


def test_words_are_looked_for_in_all_that_is_known() -> None:
    choices = (INCEPTION, OTHER_CHIP, HOSTILE)
    found = {
        words: "".join(row.key for row in matching_models(choices, words))
        for words in ("", "KSNN", "vim3l RUN.SH", "q")
    }
    assert found == {"": "abc", "KSNN": "c", "vim3l RUN.SH": "b", "q": ""}


@pytest.mark.parametrize("width", [1, 2, 10, 40, 200])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_paragraphs_fit_any_width_and_lose_nothing(width: int, ascii_only: bool) -> None:
    area = Area(width, 10, ascii_only)
    long = Paragraph("x" * 100, "", "folder")
    for paragraphs in (how_to_get_one([DEMO, "/日本" * 30]), [long], [Paragraph("a b " * 50)]):
        lines = laid_out(paragraphs, area)
        if width > 2:
            assert max(width_of(line) for line in lines) <= width
    shown = "".join(line[-1].text for line in laid_out([long], area))
    assert shown == "x" * 100


def test_a_broken_command_is_one_for_a_shell() -> None:
    lines = ["".join(part.text for part in line) for line in laid_out([Paragraph(DEMOS, command=True)], Area(76, 9))]
    assert lines == [
        "  git clone --recursive https://github.com/khadas/aml_npu_demo_binaries \\",
        "  ~/aml_npu_demo_binaries",
    ]


async def test_every_key_of_the_page_has_its_action() -> None:
    async with application(live()).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        for key in PAGE_KEYS["models"]:
            name = f"action_{key.action.partition('(')[0]}"
            assert callable(getattr(page, name, None) or getattr(page.table, name))


class Remembering(MonitorBackend):
    """A backend that keeps wishes, and refuses some."""

    def __init__(self, choices: Sequence[ModelChoice]) -> None:
        super().__init__(choices)
        self.wishes: list[tuple[str | None, ModelWish]] = []
        self.forgotten: list[str] = []

    def change_model(self, choice: ModelChoice | None, wish: ModelWish) -> None:
        self.threads.add(threading.current_thread() is threading.main_thread())
        if wish.line == "":
            raise ProblemError(Problem("line.wrong", "The line has no [bold]command.", "Write one.", "usage"))
        self.wishes.append((choice and choice.id, wish))
        if choice is None:
            own = HOSTILE._replace(id="own", name="net", full_name="net", line=wish.line, command=wish.line or "")
            self.choices = (own, *self.choices)

    def forget_model(self, choice: ModelChoice) -> None:
        self.forgotten.append(choice.id)
        self.choices = tuple(other for other in self.choices if other.id != choice.id)


async def test_a_line_of_ones_own_is_added_changed_and_forgotten() -> None:
    backend = Remembering((INCEPTION,))
    async with MonitorApp(backend).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        await pilot.press("a")
        await until(pilot, lambda: "A command of your own" in text(page))
        await pilot.press("enter")
        await until(pilot, lambda: "no [bold]command. Write one." in text(page))
        await pilot.press(*"A=1", "space", *"net", "tab", "tab", *"l.txt", "enter")
        await until(pilot, lambda: page.table.current is not None and page.table.current.choice.id == "own")
        assert backend.wishes == [(None, ModelWish(line="A=1 net", folder="", labels="l.txt"))]
        assert "a command of your own" in text(page)
        await pilot.press("p")
        await until(pilot, lambda: "A=1 net" in text(page) and "Folder" in text(page))
        await pilot.press(*"2", "enter")
        await until(pilot, lambda: len(backend.wishes) == 2)
        assert backend.wishes[1] == ("own", ModelWish(line="A=1 net2", folder=HOSTILE.folder))
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1 and page.caption.count == 2)
        await pilot.press("delete")
        await until(pilot, lambda: page.caption.count == 1)
        assert backend.forgotten == ["own"]
        assert "Forgotten: A=1 net" in text(page)
    assert backend.threads == {False}


async def test_how_a_model_is_run_is_changed() -> None:
    backend = Remembering((INCEPTION._replace(environment="A=1", runs=20, warmup=1),))
    async with MonitorApp(backend).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        await until(pilot, lambda: "R runs it 20 times after 1 to warm up, as last time" in text(page))
        assert "with     A=1" in text(page)
        await pilot.press("p")
        await until(pilot, lambda: "How the model is run" in text(page))
        await pilot.press("space", *"B=2", "enter")
        await until(pilot, lambda: backend.wishes)
        assert backend.wishes == [("a", ModelWish(environment="A=1 B=2"))]


async def test_nothing_is_remembered_of_most_models() -> None:
    backend = Remembering((INCEPTION,))
    async with MonitorApp(backend).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        await pilot.press("delete")
        await until(pilot, lambda: "Nothing is remembered of inceptionv3/VIM3." in text(page))
        await pilot.press("p", "escape")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
        assert (backend.wishes, backend.forgotten) == ([], [])


async def test_a_line_can_be_added_where_there_is_no_model() -> None:
    backend = Remembering(())
    async with MonitorApp(backend).run_test(size=(80, 24)) as pilot:
        page = await opened(pilot)
        await pilot.press("a", *"net", "enter")
        await until(pilot, lambda: page.caption.count == 1)
        await until(pilot, lambda: "a command of your own" in text(page))
