"""The themes: their names, their order, and that every one of them gives each role a look."""

from __future__ import annotations

import pytest
from textual.app import App
from textual.color import Color
from textual.theme import Theme

from npumon.cli.settings_schema import BY_KEY
from npumon.tui import themes
from npumon.tui.paint import ROLES
from tests.tui.stage import application, live


def test_settings_know_them_all() -> None:
    assert BY_KEY["tui.theme"].choices == ("auto", *themes.NAMES)


@pytest.mark.parametrize("name", [*themes.NAMES, "auto", "", "nord", "[bold]"])
def test_every_name_means_a_theme(name: str) -> None:
    assert themes.named(name) == (name if name in themes.NAMES else themes.DEFAULT)


def test_the_key_goes_round() -> None:
    names = [themes.DEFAULT]
    while len(names) <= len(themes.NAMES):
        names.append(themes.after(names[-1]))
    assert names[-1] == themes.DEFAULT
    assert set(names) == set(themes.NAMES)
    assert themes.after("nord") == themes.DEFAULT


def contrast(one: Color, other: Color) -> float:
    """The contrast ratio of WCAG 2, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: Color) -> float:
    parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("theme", [theme for theme in themes.THEMES if theme.name != themes.DEFAULT])
def test_colours_can_be_read(theme: Theme) -> None:
    """WCAG 2 asks for a contrast of 4.5 for text."""
    background = Color.parse(theme.background or "")
    names = ("primary", "secondary", "warning", "error", "success", "accent", "foreground")
    for name in names:
        assert contrast(Color.parse(getattr(theme, name)), background) >= 4.5, name
    assert contrast(Color.parse(theme.variables["ink-faint"]), background) >= 4.5


def test_the_default_takes_the_terminals_own_colours() -> None:
    theme = next(theme for theme in themes.THEMES if theme.name == themes.DEFAULT)
    assert theme.background == "ansi_default"
    assert theme.foreground == "ansi_default"


async def test_every_role_has_a_look_in_every_theme() -> None:
    app = application(live())
    async with app.run_test() as pilot:
        for name in themes.NAMES:
            app.actions.action_take_theme(name)
            await pilot.pause()
            looks = {role: app.screen.get_component_rich_style(f"ink--{role}", partial=True) for role in ROLES}
            plain = app.screen.rich_style
            assert all(look and look != plain for look in looks.values()), looks
            assert looks["demo"].reverse, "DEMO is seen without colours, too"
            assert all(looks[role].bold for role in ("bad", "warn", "key", "value")), looks


def test_registering_them_replaces_none_of_textuals() -> None:
    assert not set(themes.NAMES) & set(App().available_themes)
