"""Files that get a name one after the other, and late news of them."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from npumon.board.run.file_watcher import NameEvent
from npumon.board.run.named_files import KEPT_OPEN, NamedFiles


def opened(path: str) -> int | None:
    try:
        return os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None


class Named:
    """The files of a folder in which `log` is the name. What is done is told when somebody looks: late."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.held: int | None = None
        self.news: list[NameEvent] = []
        self.files = NamedFiles(str(folder / "log"), opened, self.tell)

    def tell(self) -> list[NameEvent]:
        news, self.news = self.news, []
        return news

    def write(self, text: str, name: str = "log") -> None:
        if not (self.folder / name).exists():
            self.news.append(NameEvent("created", name))
        (self.folder / name).write_text(text)

    def rename(self, old: str, new: str) -> None:
        os.rename(self.folder / old, self.folder / new)
        away = "/" in new
        self.news.append(NameEvent("deleted", old) if away else NameEvent("moved", old, new))

    def delete(self, name: str = "log") -> None:
        os.unlink(self.folder / name)
        self.news.append(NameEvent("deleted", name))

    def add(self) -> None:
        descriptor = opened(str(self.folder / "log"))
        assert descriptor is not None
        self.files.add(descriptor)

    def texts(self) -> list[tuple[str, int]]:
        """What is in the files that are there to be taken, and how many were missed before each."""
        found = []
        while self.files.next is not None:
            descriptor, missed = self.files.take()
            self.let_go()
            found.append((os.read(descriptor, 99).decode(), missed))
            self.held = descriptor  # as long as there is no next one, as by who reads it
        return found

    def let_go(self) -> None:
        if self.held is not None:
            os.close(self.held)
            self.held = None


@pytest.fixture
async def named(tmp_path: Path) -> AsyncIterator[Named]:
    before = len(os.listdir("/proc/self/fd"))
    named = Named(tmp_path)
    yield named
    named.let_go()
    named.files.close()
    named.files.close()
    assert len(os.listdir("/proc/self/fd")) == before


async def test_one_that_comes(named: Named) -> None:
    assert named.files.next is None
    named.write("other", "other")
    assert named.texts() == []
    named.write("one")
    assert named.texts() == [("one", 0)]
    named.write("the same file, longer")
    assert named.texts() == []


async def test_all_that_were_moved_on_before_anybody_looked(named: Named) -> None:
    for number in range(5):
        for older in range(number, 0, -1):
            named.rename("log" if older == 1 else f"log.{older - 1}", f"log.{older}")
        named.write(str(number))
    assert named.texts() == [(str(number), 0) for number in range(5)]


async def test_all_that_are_under_names_of_their_own(named: Named) -> None:
    for number in range(5):
        if number:
            named.rename("log", f"log.{number}")
        named.write(str(number))
    assert named.texts() == [(str(number), 0) for number in range(5)]


async def test_those_that_are_gone_are_counted(named: Named) -> None:
    for number in range(5):
        named.write(str(number))
        if number < 4:
            named.rename("log", "log.1")  # over the one before
    assert named.texts() == [("3", 3), ("4", 0)]
    named.write("5", "new")
    named.rename("new", "log")
    named.delete()
    named.write("6")
    assert named.texts() == [("6", 1)]


async def test_one_that_leaves_the_folder_is_missed_unless_it_was_opened(named: Named) -> None:
    (named.folder / "away").mkdir()
    named.write("1")
    assert named.files.next is not None
    named.rename("log", "away/1")
    named.write("2")
    named.rename("log", "away/2")
    named.write("3")
    assert named.texts() == [("1", 0), ("3", 1)]


async def test_moved_away_and_back_is_no_other_one(named: Named) -> None:
    named.write("1")
    assert named.texts() == [("1", 0)]
    named.rename("log", "away")
    named.rename("away", "log")
    assert named.texts() == []
    named.rename("log", "old")
    named.write("2")
    assert named.texts() == [("2", 0)]
    named.rename("old", "log")
    assert named.texts() == [("1", 0)], "another one has had the name, and this one has it again"


@pytest.mark.parametrize("told", [True, False])
async def test_one_that_was_opened_by_other_means_is_not_told_twice(named: Named, *, told: bool) -> None:
    named.write("1")
    news = named.news if told else named.tell()
    named.add()
    assert named.texts() == [("1", 0)]
    named.news = [] if told else news
    assert named.texts() == []
    named.rename("log", "log.1")
    named.write("2")
    assert named.texts() == [("2", 0)]


async def test_those_before_one_that_was_opened_by_other_means(named: Named) -> None:
    for text in ("1", "2", "3"):
        named.write(text)
        if text != "3":
            named.delete()
    news = named.tell()
    named.add()
    named.news = news
    assert named.texts() == [("3", 2)]


async def test_missed_ones_without_a_following_one(named: Named) -> None:
    named.write("1")
    named.delete()
    assert named.texts() == []
    assert named.files.take_missed() == 1
    assert named.files.take_missed() == 0
    named.write("2")
    assert named.texts() == [("2", 0)]


async def test_what_is_no_file_is_left_to_who_follows_the_name(tmp_path: Path) -> None:
    def refuses(path: str) -> int | None:
        raise IsADirectoryError(path)

    news = [NameEvent("created", "log")]
    files = NamedFiles(str(tmp_path / "log"), refuses, lambda: [news.pop()] if news else [])
    assert files.next is None


async def test_not_too_many_are_open_at_once(named: Named) -> None:
    many = 2 * KEPT_OPEN
    before = len(os.listdir("/proc/self/fd"))
    for number in range(many):
        named.write(str(number))
        named.rename("log", f"log.{number}")
    assert named.files.next is not None
    assert len(os.listdir("/proc/self/fd")) == before + KEPT_OPEN
    assert named.texts() == [(str(number), 0) for number in range(many)]
