"""The bottom line: the keys that can be pressed now, or a notice. A click on a key presses it."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events

from npumon.core.layout import cell_width
from npumon.core.monitor.live import Live
from npumon.tui.key_state import KeyState
from npumon.tui.keys import PAGES, Hint, keys_for
from npumon.tui.notices import Notice
from npumon.tui.paint import Area, Line, Span, clipped, width_of
from npumon.tui.widgets.canvas import Pane

#: The last ones always stay: more, help, quit.
_ALWAYS = 3
#: Narrower terminals get the keys of the other pages without their names.
_NAMES_FROM = 110


class KeyBar(Pane):
    """One line; keys that do not fit are left out from the right, but the last three always stay.

    A notice takes the line for as long as it is shown, so that it covers no figure and moves none.

    Textual's own Footer has a widget for each key, each of which would be styled and laid out with every page.
    """

    DEFAULT_CSS = "KeyBar { dock: bottom; height: 1; }"

    def __init__(self, *, ascii_only: bool = False) -> None:
        super().__init__(ascii_only=ascii_only)
        self._hints: tuple[Hint, ...] = ()
        self._places: list[tuple[int, int, Hint]] = []
        self._aside = ""
        self._notice: Notice | None = None

    def offer(self, hints: Sequence[Hint], aside: str = "", notice: Notice | None = None) -> None:
        """Show the keys that can be pressed now; `aside` stands at the right end. A notice goes first."""
        if (tuple(hints), aside, notice) != (self._hints, self._aside, self._notice):
            self._hints, self._aside, self._notice = tuple(hints), aside, notice
            self.redraw()

    def sees(self, live: Live) -> tuple[object, ...]:
        return (self._hints, self._aside, self._notice)

    def lines(self, live: Live, area: Area) -> Sequence[Line]:
        width = area.width - (len(self._aside) + 1 if self._aside else 0)
        line: list[Span] = []
        self._places.clear()
        if self._notice is not None:
            return [self._told(self._notice, area)]
        at = 0
        for hint, text in _fitting([hint for hint in self._hints if hint.enabled], width, names=width >= _NAMES_FROM):
            line.extend(text)
            self._places.append((at, at + width_of(text), hint))
            at += width_of(text)
        if self._aside and at + len(self._aside) < area.width:
            line.append(Span(" " * (area.width - at - len(self._aside))))
            line.append(Span(self._aside, "label"))
        return [tuple(line)]

    def _told(self, notice: Notice, area: Area) -> Line:
        """Return a notice; one that does not fit says where the rest of it is, and a click there shows it."""
        self._places.append((0, area.width, Hint("", "", "app.clear_notice")))
        text = f" {'! ' if notice.error else ''}{notice.text}"
        role = "complaint" if notice.error else "notice"
        if cell_width(text) < area.width:
            return (Span(text + " " * (area.width - cell_width(text)), role),)
        more = " F2 all of it "
        self._places.insert(0, (area.width - len(more), area.width, Hint("F2", "all of it", "app.notices")))
        return (*clipped((Span(text, role),), area._replace(width=area.width - len(more))), Span(more, role))

    async def on_click(self, event: events.Click) -> None:
        """Press the key under the pointer."""
        for left, right, hint in self._places:
            if left <= event.x < right:
                await self.app.run_action(hint.action, default_namespace=self.screen)
                return


def _fitting(hints: Sequence[Hint], width: int, *, names: bool) -> list[tuple[Hint, Line]]:
    """Return the hints that fit, each with its text.

    From the right they give way, first those of keys but the first one, then those for pages, which stay together.
    """
    last = max((index for index, hint in enumerate(hints) if hint.page), default=None)
    texts = [(hint, _text(hint, names=names, last=index == last)) for index, hint in enumerate(hints)]
    wide = [width_of(text) for _, text in texts]
    while sum(wide) > width and len(texts) > _ALWAYS:
        keys = [index for index, (hint, _) in enumerate(texts[:-_ALWAYS]) if not hint.page]
        if len(keys) > 1 or len(keys) == len(texts) - _ALWAYS:
            del texts[keys[-1]], wide[keys[-1]]
        else:
            texts = [(hint, text) for hint, text in texts if not hint.page]
            wide = [width_of(text) for _, text in texts]
    return texts


def _text(hint: Hint, *, names: bool, last: bool) -> Line:
    """Format a hint as ` r run `. Pages without names stand close together: ` 1 live 2 3 4 5 `."""
    end = Span(" " if names or last or not hint.page else "")
    if hint.here:
        return (Span(" "), Span(f"{hint.key} {hint.word}", "here"), end)
    if hint.page and not names:
        return (Span(f" {hint.key}", "key"), end)
    return (Span(f" {hint.key}", "key"), Span(f" {hint.word}{end.text}", "label"))


def hints_in(state: KeyState, of_page: Sequence[Hint], live: Live) -> Sequence[Hint]:
    """Return all hints, the most important first; the last three, which lead to all others, always stay."""
    pages = {f"page('{page.name}')": page.name for page in PAGES}
    hints = [
        Hint(
            key.shown,
            "resume" if state.paused and key.action == "pause" else key.word,
            f"app.{key.action}",
            key.when(state, live),
            page=key.action in pages,
            here=pages.get(key.action) == state.page,
        )
        for key in keys_for(watching=state.watching)
        if key.bar
    ]
    first = next(number for number, hint in enumerate(hints) if hint.page)
    return [*hints[:first], *of_page, *hints[first:]]
