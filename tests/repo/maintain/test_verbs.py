"""forget, repair, stats, backup and gc as verbs: one definition, text and HTML, the same from the command line."""

import html
import random

import pytest

import nbmodelver as mv
from nbmodelver import answers, cli
from nbmodelver.errors import UnknownVersion, UsageError
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
    shown = answers.ANSWERS[verb](repo, parse(verb, rest), None)
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
    assert "v1 restored" in text


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


def test_a_metric_that_no_version_has_lets_nothing_go(repo):
    """A slip of the pen in it would have let everything go."""
    for line, hint in (
        ("--best ac=1", "did you mean 'acc'?"),
        ("--best f1=2 --keep-last 1", "choose one of: acc, val_loss"),
    ):
        with pytest.raises(UsageError, match="no version has the metric") as caught:
            answer(repo, f"forget {line}")
        assert caught.value.hint == hint
    assert len(repo.log()) == 4


def test_a_store_without_metrics_says_how_a_version_gets_one(tmp_path):
    repo = mv.open(tmp_path / "other", create=True)
    assert answer(repo, "forget --best acc=1")[0].versions == ()
    repo.commit({"n": 1})
    with pytest.raises(UsageError) as caught:
        answer(repo, "forget --best acc=1")
    assert caught.value.hint == "commit one: %mv_commit --metric acc=EXPR"


def test_undo_says_what_can_come_back(repo):
    answer(repo, "forget v1 v3")
    for line in ("forget --undo", "forget v2 --undo"):
        with pytest.raises((UsageError, UnknownVersion)) as caught:
            answer(repo, line)
        assert caught.value.hint == "choose one of: v3, v1"
    answer(repo, "gc --now")
    with pytest.raises(UsageError) as caught:
        answer(repo, "forget --undo")
    assert caught.value.hint == "see %mv_log: no forgotten version can be restored"


def test_a_budget_that_what_stays_does_not_keep_is_said(repo):
    assert "versions that always stay need" in answer(repo, "forget --within 1kB --dry-run")[1]
    assert "versions that always stay need" not in answer(repo, "forget --within 1GB --dry-run")[1]


def test_statistics_of_a_store_whose_versions_are_all_forgotten_name_what_gc_frees(repo):
    answer(repo, "forget v1 v2 v3 v4 --force")
    assert "are not needed by any version: %mv_gc" in answer(repo, "stats")[1]


@pytest.mark.parametrize("percent", ["5", "5%", "0.5%", "100%"])
def test_a_sample_is_percent_and_leaves_the_random_numbers_of_the_notebook_alone(repo, percent):
    random.seed(7)
    first, again = random.random(), random.Random(7)
    again.random()
    assert (
        f"structure and {percent.rstrip('%')} % of the parts of 4 versions"
        in answer(repo, f"verify --sample {percent}")[1]
    )
    assert 0 < first < 1
    assert random.random() == again.random()


def test_a_sample_reads_what_the_structure_does_not_tell(repo):
    (pack, *_) = repo.backend.list("packs/")
    data = bytearray(repo.backend.read(pack))
    data[40] ^= 1
    repo.backend.delete(pack)
    repo.backend.create(pack, [bytes(data)])
    assert answer(repo, "verify")[1].startswith("no problems")
    text = answer(repo, "verify --sample 100%")[1]
    assert "--full also checks the rest" in text
    assert "whole" not in text
    for line in ("verify --sample 100%", "verify --full"):
        assert [p for p in answer(repo, line)[0] if p.version and p.name], line


def test_verify_names_every_version_and_variable_that_needs_what_is_damaged(tmp_path):
    """Packs and parts were all that it named, and "versions not named here are whole" was wrong for all."""
    repo = mv.open(tmp_path / "other", create=True)
    noise = random.Random(0).randbytes(100_000)
    for n in range(3):
        repo.commit({"noise": noise + bytes(n), "n": n})
    repo.commit({"n": 4})
    (part,) = [p for p, name in repo.reachability.of(repo["v1"]) if name == "noise" and repo.parts.size(p) > 99_000]
    pack = repo.parts._index.find(part).contents
    data = bytearray(repo.backend.read(pack.pack))
    data[pack.blocks[pack.covering(repo.parts._index.find(part).entry)[0]].start + 500] ^= 1
    repo.backend.delete(pack.pack)
    repo.backend.create(pack.pack, [bytes(data)])
    for options in ({"full": True}, {"sample": 100.0}):
        problems = mv.open(repo.where).verify(**options)
        assert {(p.version, p.name) for p in problems if p.version} == {(f"v{n}", "noise") for n in (1, 2, 3)}
    text = answer(mv.open(repo.where), "verify --full")[1]
    assert "v2 noise damaged" in text
    assert "versions not listed here are intact" in text


def test_a_repair_of_refs_alone_says_that_it_was_done(repo):
    repo.refs.delete("heads/main")
    assert "nothing was changed" in answer(repo, "repair")[1]
    text = answer(repo, "repair --yes")[1]
    assert "main is now at v4" in text
    assert "nothing was changed" not in text
    assert "nothing to repair" in answer(repo, "repair")[1]


def test_a_purge_of_many_versions_counts_them(repo):
    for n in range(30):
        repo.commit({"n": n, "m": 1})
    assert "30 versions, v5 to v34" in answer(repo, "purge m")[1]


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
    repo.refs.delete("heads/main")
    assert "main would be at v4" in answer(repo, "repair")[1]
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


def test_the_command_line_works_in_a_backup_and_tells_that_something_was_not_copied(
    repo, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("COLUMNS", "100")
    assert cli.main(["backup", str(tmp_path.parent / f"{tmp_path.name} copy")]) == 0
    monkeypatch.chdir(tmp_path.parent / f"{tmp_path.name} copy")
    capsys.readouterr()
    assert cli.main(["log"]) == 0
    assert "v4" in capsys.readouterr().out
    assert cli.main(["verify", "--full"]) == 0
    monkeypatch.chdir(tmp_path)
    (pack, *_) = repo.backend.list("packs/")
    data = bytearray(repo.backend.read(pack))
    data[40] ^= 1
    repo.backend.delete(pack)
    repo.backend.create(pack, [bytes(data)])
    capsys.readouterr()
    assert cli.main(["backup", str(tmp_path.parent / f"{tmp_path.name} other")]) == 1
    out = " ".join(capsys.readouterr().out.split())
    assert f"not copied {pack[:15]}" in out
    assert "damaged: the block" in out


def test_the_command_line_has_them_all(repo, capsys):
    for line in ("stats", "repair", "backup ../copied", "forget v1 --dry-run", "gc --dry-run", "status", "verify"):
        assert cli.main(line.split()) == 0
        assert capsys.readouterr().out
    assert cli.main(["forget", "v4"]) == 2
    assert "--force" in capsys.readouterr().err
    assert cli.main(["stats", "--limit", "0"]) == 2
    assert capsys.readouterr().err.startswith("nbmodelver stats: --limit cannot be '0'\n")


def test_the_command_line_without_a_store_says_where_each_verb_is_written(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["log"]) == 1
    assert "%mv_commit in a notebook, %mv_init PATH, or: nbmodelver init PATH" in capsys.readouterr().err
