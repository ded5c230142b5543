"""Settings survive a round trip, a damaged file, and give way to the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from erpai_desktop.settings import Settings, load_settings, save_settings


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "settings.json"
    save_settings(Settings(color_scheme="dark", workspace="w.erpai"), path)
    assert load_settings(path) == Settings(color_scheme="dark", workspace="w.erpai")
    assert [file.name for file in path.parent.iterdir()] == ["settings.json"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"color_scheme": "pink"}', "\x00\xff"])
def test_a_damaged_file_is_set_aside_and_the_defaults_are_used(tmp_path: Path, content: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(content, encoding="latin-1")
    assert load_settings(path) == Settings()
    assert not path.exists()
    assert path.with_suffix(".damaged").read_text(encoding="latin-1") == content


def test_an_unknown_field_of_a_newer_version_is_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"language": "bg", "from_the_future": 1}', encoding="utf-8")
    assert load_settings(path).language == "bg"


def test_the_environment_wins_for_one_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "settings.json"
    save_settings(Settings(language="bg"), path)
    monkeypatch.setenv("ERPAI_LANGUAGE", "de")
    assert load_settings(path).language == "de"


def test_a_level_may_be_written_as_one_is_used_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERPAI_LOG_LEVEL", "DEBUG")
    assert load_settings(tmp_path / "none").log_level == "debug"


def test_a_wrong_environment_does_not_set_a_good_file_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "settings.json"
    save_settings(Settings(language="bg"), path)
    monkeypatch.setenv("ERPAI_LOG_LEVEL", "loud")
    with pytest.raises(ValueError, match="log_level"):
        load_settings(path)
    monkeypatch.delenv("ERPAI_LOG_LEVEL")
    assert load_settings(path).language == "bg"
