"""Where sweeps run: names from files of settings, and the choice on the screen."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from helpers import until
from joblib import parallel_config

from brian_sweep_widget import Cluster, Sweep, SweepWidget, configuration
from brian_sweep_widget.backends import ForeignBackend, Standing, known_clusters, make_credentials
from brian_sweep_widget.configuration import ConfigError
from brian_sweep_widget.runs import in_brief, in_full
from brian_sweep_widget.widget.place_picker import PlacePicker

NOBODY = "127.0.0.1:1"  # nothing listens there


def line(x: float = 1.0, slope: float = 2.0) -> float:
    """Be a plain model."""
    return slope * x


@pytest.fixture(autouse=True)
def named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[object], None]:
    """Have credentials, and a file of settings that names what a test says."""
    file = make_credentials(tmp_path / "mine.pem").path
    monkeypatch.setenv("BRIAN_SWEEP_CREDENTIALS", str(file))
    monkeypatch.setattr(configuration, "FOLDERS", (tmp_path / "etc", tmp_path / "own"))

    def name(clusters: object, folder: str = "etc", key: str = "known") -> None:
        place = tmp_path / folder / "brian_sweep_config.json"
        place.parent.mkdir(exist_ok=True)
        place.write_text(json.dumps({"SweepClusters": {key: clusters}}))

    return name


@pytest.fixture
def make() -> Iterator[Callable[..., SweepWidget]]:
    """Make widgets that are closed after the test."""
    made: list[SweepWidget] = []

    def make_widget(**options: object) -> SweepWidget:
        made.append(SweepWidget(line, x=[0.0, 1.0], engine="auto", workers=1, **options))
        return made[-1]

    yield make_widget
    for widget in made:
        widget.close()


def test_names_from_files_are_places(named: Callable[..., None]) -> None:
    """With what they stand for; the person's own file may say something else."""
    assert known_clusters() == {}
    named({"Room 12": ["computer1", "computer2"], "Institute": "tls://scheduler:9000"})
    named({"Institute": "tls://other:9000"}, folder="own")
    room, institute = Cluster("Room 12"), Cluster("Institute")
    assert [one.address for one in room.addresses] == [
        "tls://computer1:8786",
        "tls://computer2:8786",
    ]
    assert room.local
    assert [one.address for one in institute.addresses] == ["tls://other:9000"]
    assert not institute.local
    assert institute.words == "Institute"


@pytest.mark.parametrize(
    ("clusters", "message"),
    [
        (["computer1"], "is no dict"),
        ({"*": "tls://computer1"}, "no cluster with a name"),
        ({"": "tls://computer1"}, "no cluster with a name"),
        ({"Room 12": []}, "'Room 12': \\[\\] is no cluster"),
        ({"Room 12": 12}, "'Room 12': 12 is no cluster"),
        ({"Room 12": ["computer1", 2]}, "is no cluster"),
    ],
)
def test_names_of_nothing_are_an_error(
    clusters: object, message: str, named: Callable[..., None]
) -> None:
    """That names the file, and what is allowed."""
    named(clusters)
    with pytest.raises(ConfigError, match=f"brian_sweep_config.json: .*{message}"):
        known_clusters()


def test_a_misspelt_setting_is_an_error(named: Callable[..., None]) -> None:
    """Or nobody would know why there is nothing to choose."""
    named({}, key="knwon")
    with pytest.raises(ConfigError, match="SweepClusters.knwon is unknown"):
        known_clusters()


def test_what_was_given_is_what_runs_and_can_be_left(make: Callable[..., SweepWidget]) -> None:
    """The button says what is chosen; the browser sends the number of a choice."""
    widget = make(cluster=[NOBODY])
    picker = widget._picker
    button, radio = picker.widget.children
    assert button.description == f"Runs on: {NOBODY}"
    cluster = widget.sweep.cluster
    assert isinstance(cluster, Cluster)
    assert cluster.where == [NOBODY]
    radio.set_state({"index": 0})
    assert widget.sweep.cluster is None
    assert button.description == "Runs on: this computer"
    for nonsense in (99, -1, None, "1"):
        radio.set_state({"index": nonsense})
        assert widget.sweep.cluster is None
    radio.set_state({"index": 1})
    assert widget.sweep.cluster is cluster


def test_unfolding_finds_what_there_is(
    make: Callable[..., SweepWidget], named: Callable[..., None]
) -> None:
    """New choices come at the end: what the browser sends means what the person saw."""
    named({"Room 12": [NOBODY]})
    widget = make()
    button, radio = widget._picker.widget.children
    assert radio.options == ("This computer",)
    button.value = True
    until(lambda: len(radio.options) == 3, "all are found", tell=lambda: radio.options)
    until(
        lambda: radio.options[1:] == ("Room 12 (unreachable)", "Hosts on the network"),
        "states are told",
        tell=lambda: radio.options,
    )
    assert radio.options[0] == "This computer (1 at once)"
    radio.set_state({"index": 1})
    cluster = widget.sweep.cluster
    assert isinstance(cluster, Cluster)
    assert cluster.words == "Room 12"
    lines = lambda: [label.value for label in widget._picker.widget.children[2:]]  # noqa: E731
    until(lambda: len(lines()) == 2, "the hosts are told", tell=lines)
    assert lines()[0].startswith("This computer: 1 at once (Python 3.")
    assert lines()[1].startswith(f"{NOBODY}: ")
    button.value = False
    until(lambda: not lines(), "it is folded")
    assert radio.layout.display == "none"
    assert button.description == "Runs on: Room 12"


def test_what_is_picked_stays_when_its_state_changes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As from connecting to ready; nobody else picks anything."""
    monkeypatch.setenv("BRIAN_SWEEP_CREDENTIALS", str(tmp_path / "none.pem"))
    named = Cluster([NOBODY], credentials=make_credentials(tmp_path / "a.pem").path)
    picker = PlacePicker(named, workers=1)
    standing = Standing("a", NOBODY, "connecting", "", 0, {})
    monkeypatch.setattr(picker._places, "standings", lambda one: [standing] if one.place else [])
    button, radio = picker.widget.children
    picked: list[object] = []
    picker.connect(picked=lambda: picked.append(picker.place), wake=lambda: None)
    button.value = True
    for state, brief in (("connecting", "connecting"), ("ready", "4 at once")):
        standing = Standing("a", NOBODY, state, "", 4, {})
        picker.paint()
        assert radio.options[1].endswith(f"({brief})")
        assert (radio.index, isinstance(picker.place, Cluster)) == (1, True)
    assert picked == []


def test_without_credentials_the_first_step_is_told(
    make: Callable[..., SweepWidget], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has one computer sees no error."""
    monkeypatch.setenv("BRIAN_SWEEP_CREDENTIALS", "/nowhere/none.pem")
    widget = make()
    button, radio = widget._picker.widget.children
    button.value = True
    until(lambda: len(widget._picker.widget.children) == 4, "both lines are there")
    assert "brian-sweep cluster credentials new" in widget._picker.widget.children[3].value
    assert len(radio.options) == 1


@pytest.mark.parametrize("credentials", ["mine.pem", "none.pem"])
def test_visitors_of_a_page_are_not_offered_its_makers_computers(
    make: Callable[..., SweepWidget],
    named: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    credentials: str,
) -> None:
    """Nor told how to have some: neither credentials nor a terminal are theirs."""
    named({"Room 12": ["computer1", "computer2"]})
    monkeypatch.setenv("BRIAN_SWEEP_CREDENTIALS", str(tmp_path / credentials))
    monkeypatch.setenv("VOILA_PREHEAT", "False")
    widget = make()
    button, radio = widget._picker.widget.children
    button.value = True
    until(lambda: len(widget._picker.widget.children) == 3, "this computer's line is there")
    assert not widget._picker._places._searched
    assert len(radio.options) == 1


def test_a_joblib_backend_is_that_of_the_widgets_making(make: Callable[..., SweepWidget]) -> None:
    """Its sweeps are made later, in other threads, where nothing of it is known."""
    with parallel_config("threading"):
        widget = make()
    assert isinstance(widget.sweep.cluster, ForeignBackend)
    assert widget._picker.widget.children[0].description == "Runs on: joblib's ThreadingBackend"
    run = widget.start()
    assert run.wait(120).counts() == {"done": 2}, run.results.failures
    assert "joblib's backend ThreadingBackend" in run.progress.notice
    assert Sweep(line, x=[0.0]).cluster is None


def host(state: str, slots: int = 0, reason: str = "", **versions: str) -> Standing:
    """Give a host as it stands."""
    return Standing("computer1", "tls://computer1:8786", state, reason, slots, versions)


def test_hosts_are_told_in_words() -> None:
    """What they can do, what they have, or why they cannot be used."""
    assert in_brief([]) == "none found yet"
    assert in_brief([host("ready", 4)]) == "4 at once"
    assert in_brief([host("ready", 4), host("ready", 2), host("silent")]) == "2 hosts, 6 at once"
    assert in_brief([host("refused", 4)]) == "cannot be used"
    assert in_brief([host("connecting")]) == "connecting"
    assert in_full(host("connecting")) == "computer1: connecting"
    assert (
        in_full(host("ready", 4, python="3.11.2", brian2="", numpy="2.3.5"))
        == "computer1: 4 at once (Python 3.11.2, numpy 2.3.5)"
    )
    refused = host("refused", 4, "numpy is 1.26 there and 2.3 here", numpy="1.26")
    assert in_full(refused) == "computer1: numpy is 1.26 there and 2.3 here (numpy 1.26)"
