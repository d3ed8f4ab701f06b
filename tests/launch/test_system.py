"""Which system libraries are missing, and the command that brings them."""

from runtime.system import QT_LIBRARIES, install_command, missing_libraries


def test_only_what_does_not_load_is_missing() -> None:
    missing = missing_libraries(loads=lambda soname: soname != "libxcb-cursor.so.0", platform="linux")
    assert [library.apt for library in missing] == ["libxcb-cursor0"]


def test_windows_and_macos_lack_nothing() -> None:
    assert missing_libraries(loads=lambda _: False, platform="darwin") == []
    assert missing_libraries(loads=lambda _: False, platform="win32") == []


def test_the_command_is_that_of_the_package_manager_here() -> None:
    missing = [library for library in QT_LIBRARIES if library.soname in ("libxcb-xkb.so.1", "libxcb-sync.so.1")]
    commands = {
        "apt-get": "sudo apt install libxcb-sync1 libxcb-xkb1",
        "dnf": "sudo dnf install libxcb",  # one package holds both
        "pacman": "sudo pacman -S --needed libxcb",
    }
    assert {tool: install_command(missing, has=tool.__eq__) for tool in commands} == commands


def test_an_unknown_package_manager_gets_the_names_of_the_files() -> None:
    assert "libGL.so.1" in install_command(QT_LIBRARIES, has=lambda _: False)
