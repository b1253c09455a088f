"""forget, repair, stats, backup and gc as verbs: one definition, text and HTML, the same from the command line."""

import html

import pytest

import nbmodelver as mv
from nbmodelver import cli, faces
from nbmodelver.errors import UsageError
from nbmodelver.verbs import parse


@pytest.fixture
def repo(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    repo = mv.open(tmp_path, create=True)
    for n in range(4):
        repo.commit(
            {"n": n, "big": bytes([n]) * 70_000}, f"<b>step</b> {n}", metrics={"acc": n / 10, "val_loss": n / 10}
        )
    return repo


def answer(repo, line):
    verb, _, rest = line.partition(" ")
    shown = faces.FACES[verb](repo, parse(verb, rest), None)
    text, page = str(shown), shown._repr_html_()
    assert "<b>step" not in page
    for word in text.split()[:3]:
        assert html.escape(word) in page
    return shown, " ".join(text.split())  # Where a line is broken depends on the folder's name.


def test_forget_says_what_goes_and_how_to_free_it(repo):
    shown, text = answer(repo, "forget v1 v2 --dry-run")
    assert "2 versions would be forgotten" in text
    assert f"{shown.freed_bytes:,} bytes" in text
    assert len(repo.log()) == 4
    _, text = answer(repo, "forget v1")
    assert "1 version forgotten" in text
    assert "%mv_gc --now" in text
    _, text = answer(repo, "forget v1 --undo")
    assert "v1 came back" in text


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        ("--keep-last 2", [4, 3]), ("--keep-daily 1", [4]), ("--best acc=1 --best val_loss=1", [4, 1]),
        ("--keep-tagged", [4]), ("--within 1GB", [4, 3, 2, 1]), ("--keep-last 3 --within 1kB", [4]),
    ],
)  # fmt: skip
def test_rules_are_written_like_this(repo, rule, left):
    answer(repo, f"forget {rule}")
    assert [v.number for v in repo.log()] == left


@pytest.mark.parametrize("line", ["", "v1 --keep-last 2", "--best acc=many", "--best acc=-1", "--within lots", "v4"])
def test_what_does_not_fit_is_refused_with_a_way_out(repo, line):
    with pytest.raises(UsageError) as caught:
        answer(repo, f"forget {line}")
    assert caught.value.hint
    assert len(repo.log()) == 4


def test_gc_now_frees_what_was_just_forgotten(repo):
    answer(repo, "forget v1")
    answer(repo, "gc")
    assert len(repo.history.records.present()) == 4
    answer(repo, "gc --now")
    assert len(repo.history.records.present()) == 3


def test_stats_show_names_kinds_and_versions(repo):
    shown, text = answer(repo, "stats --limit 2")
    assert shown.versions == 4
    assert "big" in text
    assert "more:" in text
    assert "v1" in text


def test_repair_says_then_does(repo):
    assert "nothing to repair" in answer(repo, "repair")[1]
    (pack, *_) = repo.backend.list("packs/")
    data = bytearray(repo.backend.read(pack))
    data[40] ^= 1
    repo.backend.delete(pack)
    repo.backend.create(pack, [bytes(data)])
    shown, text = answer(repo, "repair")
    assert "would move" in text
    assert "--yes" in text
    assert shown.lost[0].version in text
    shown, text = answer(repo, "repair --yes")
    assert f"moved to {shown.quarantine}" in text
    assert "nothing was changed" not in text
    assert "Lost" in answer(repo, "repair")[1]


def test_backup_says_what_was_copied(repo, tmp_path):
    text = answer(repo, f"backup '{tmp_path / 'copy'}'")[1]
    assert "4 versions" in text
    assert "copied: 8 files" in text
    assert "nothing new" in answer(repo, f"backup '{tmp_path / 'copy'}'")[1]


def test_the_command_line_has_them_all(repo, capsys):
    for line in ("stats", "repair", "backup ../copied", "forget v1 --dry-run", "gc --dry-run", "status", "verify"):
        assert cli.main(line.split()) == 0
        assert capsys.readouterr().out
    assert cli.main(["forget", "v4"]) == 2
    assert "--force" in capsys.readouterr().err
