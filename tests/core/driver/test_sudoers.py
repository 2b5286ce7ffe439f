"""The rule for sudo, and reading what sudo lists."""

from __future__ import annotations

import pytest

from npumon.core.driver.sudoers import sudo_rule, without_password

LOAD = ("/usr/sbin/insmod", "/lib/galcore.ko", "gpuProfiler=1", "irqs=1,-1")

#: Synthetic, in the form of sudo 1.9.
LISTING = """\
Matching Defaults entries for khadas on VIM3:
    env_reset, mail_badpass

User khadas may run the following commands on VIM3:
    (ALL : ALL) ALL
    (root) NOPASSWD: /usr/sbin/rmmod galcore, /usr/sbin/insmod
        /lib/galcore.ko gpuProfiler\\=1 irqs\\=1\\,-1
    (root) NOPASSWD: /bin/a, PASSWD: /bin/b
"""


def test_rule() -> None:
    rule = sudo_rule("khadas", [("/usr/sbin/rmmod", "galcore"), LOAD])
    assert rule.splitlines()[2:] == [
        "khadas ALL=(root) NOPASSWD: /usr/sbin/rmmod galcore",
        r"khadas ALL=(root) NOPASSWD: /usr/sbin/insmod /lib/galcore.ko gpuProfiler\=1 irqs\=1\,-1",
    ]
    assert all(line.startswith("#") for line in rule.splitlines()[:2])


def test_no_arguments_means_none() -> None:
    assert sudo_rule("khadas", [("/bin/x",)]).endswith('NOPASSWD: /bin/x ""\n')


def test_nothing_hostile_gets_through() -> None:
    rule = sudo_rule("%wheel, ALL", [("/bin/x", "a*", "ALL, /bin/sh", "#!^")])
    assert rule.splitlines()[-1] == r"\%wheel\,\ ALL ALL=(root) NOPASSWD: /bin/x a\* ALL\,\ /bin/sh \#\!\^"


@pytest.mark.parametrize(
    ("command", "free"),
    [
        (("/usr/sbin/rmmod", "galcore"), True),
        (LOAD, True),
        (("/bin/a",), True),
        (("/bin/b",), False),
        (("/usr/sbin/rmmod", "gal"), False),
        (("/usr/sbin/insmod", "/lib/galcore.ko"), False),
    ],
)
def test_listing(command: tuple[str, ...], free: bool) -> None:
    assert without_password(LISTING, command) is free


@pytest.mark.parametrize(
    ("users", "free"),
    [
        ("root", True),
        ("ALL", True),
        ("ALL : ALL", True),
        ("root, www-data", True),
        ("www-data, root", True),
        ("root : wheel", True),
        ("www-data", False),
        ("rooted", False),
        ("www-data : ALL", False),
    ],
)
def test_only_what_may_be_run_as_root_counts(users: str, free: bool) -> None:
    assert without_password(f"User may run:\n    ({users}) NOPASSWD: ALL\n", ("/bin/x",)) is free


def test_everything_is_free() -> None:
    assert without_password("User may run:\n    (ALL) NOPASSWD: ALL\n", ("/bin/x",))
    assert not without_password("User may run:\n    (ALL) ALL\n", ("/bin/x",))
    assert not without_password("", ("/bin/x",))
