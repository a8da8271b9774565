"""A bundle comes back as it was saved, or not at all."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from learning_worlds import N_ITEMS, any_affinity, any_network, cinema, conversation, random_vectors
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from scipy import sparse

from core.catalogue import Catalogue
from core.domain import Facet, Movie, Outcome
from core.errors import BundleError
from core.model.affinity import Affinity
from core.model.bundle import FORMAT, Bundle, read_tables, write_tables
from core.model.calibration import Calibration, Leniency
from core.model.mood import KINDS, MoodPosterior
from core.model.policy import Exploration
from core.model.qnetwork import QNetwork
from core.session import SessionState

FILES = ("manifest.json", "weights.safetensors", "movies.parquet", "facets.parquet")
SETTINGS = {"hidden": 8, "seed": 3, "agent": {"gamma": 0.5}}
STATES = (
    SessionState(),
    conversation((1, Outcome.STATED_LIKE), (4, Outcome.DOWN)),
    conversation(
        (2, Outcome.UP), (15, Outcome.WANTED), (13, Outcome.STATED_LIKE), (5, Outcome.SHOWN)
    ),
)


def unsaved(catalogue: Catalogue | None = None) -> Bundle:
    catalogue = catalogue or cinema()
    metrics = {"people": 7, "validation": None}
    return Bundle(
        catalogue, any_network(catalogue), SETTINGS, metrics, "feed" * 16, revision="abc123"
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    unsaved().save(tmp_path / "model")
    return tmp_path / "model"


def q_values(bundle: Bundle) -> np.ndarray:
    return np.concatenate([bundle.network.q_values(state.observation()[None]) for state in STATES])


def rewrite(folder: Path, **changes: object) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes), encoding="utf-8")


OUTSIDE = ("mood.", "fame.", "familiarity.", "strengths", "opening", "wishes")
"""What had fixed weights outside the network up to format 5."""


def nothing_outside(network: QNetwork) -> QNetwork:
    """As if it had been trained then: what lay outside is as at the start."""
    start = QNetwork(
        cinema(), [random_vectors(N_ITEMS, 5, 0)], hidden=8, affinities=network.affinities
    )
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name.startswith(OUTSIDE):
                parameter.copy_(start.get_parameter(name))
        last = network.gates[-1]
        assert isinstance(last, torch.nn.Linear)
        last.weight[-2:], last.bias[-2:] = 0.0, 0.0
    return network


def as_written_before(folder: Path, written_as: int, lacking: tuple[str, ...] = ()) -> None:
    """Turns a bundle into one of an older format, which had fewer weights."""
    path = folder / "weights.safetensors"
    tensors = load_tensors(path.read_bytes())
    last = max(name for name in tensors if name.startswith("gates."))[: -len(".weight")]
    for name in (f"{last}.weight", f"{last}.bias"):
        tensors[name] = tensors[name][:-2].contiguous()
    kept = {
        name: value
        for name, value in tensors.items()
        if not name.startswith(OUTSIDE) and name not in lacking
    }
    path.write_bytes(save_tensors(kept))
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    rewrite(folder, format=written_as, sha256=manifest["sha256"] | {path.name: digest})


class TestRoundTrip:
    def test_q_values_are_the_same_to_the_bit(self, tmp_path: Path) -> None:
        saved = unsaved().save(tmp_path / "model")
        np.testing.assert_array_equal(q_values(Bundle.load(tmp_path / "model")), q_values(saved))

    def test_only_the_vectors_are_rounded(self, tmp_path: Path) -> None:
        before = unsaved()
        after = before.save(tmp_path / "model")
        for ours, theirs in zip(
            before.network.parameters(), after.network.parameters(), strict=True
        ):
            assert torch.equal(ours, theirs)
        np.testing.assert_array_equal(
            after.network.encoder.like[0].numpy(),
            before.network.encoder.like[0].half().float().numpy(),
        )
        np.testing.assert_allclose(q_values(after), q_values(before), atol=0.02)

    def test_the_vectors_from_everyone_are_served(self, tmp_path: Path) -> None:
        assert unsaved().save(tmp_path / "model").network.encoder.like.shape == (1, N_ITEMS, 5)

    def test_the_calibration_of_the_match_figure(self, tmp_path: Path) -> None:
        figure = Calibration((0.1, 1.0, -0.2, 2.0, 0.5, -0.5, 0.3), Leniency(0.5, 0.9, 0.7))
        saved = replace(unsaved(), calibration=figure).save(tmp_path / "model")
        assert saved.calibration == figure
        state = conversation((1, Outcome.STATED_LIKE))
        (choice,) = saved.policy(Exploration(share=0.0)).choose(state, 1, np.random.default_rng(0))
        rows = np.array([choice.token - 1])
        assert choice.match == pytest.approx(
            saved.scorer().chances(state.observation()[None], rows)[0]
        )

    def test_a_bundle_from_before_the_match_figure(self, folder: Path) -> None:
        manifest = json.loads((folder / "manifest.json").read_text())
        assert manifest.pop("match") is None
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        assert Bundle.load(folder).calibration is None

    def test_saving_what_was_loaded_changes_no_byte(self, folder: Path, tmp_path: Path) -> None:
        Bundle.load(folder).save(tmp_path / "copy")
        for name in FILES:
            assert (tmp_path / "copy" / name).read_bytes() == (folder / name).read_bytes()

    def test_what_is_told_of_it_comes_back(self, folder: Path) -> None:
        bundle = Bundle.load(folder)
        assert bundle.settings == SETTINGS
        assert bundle.metrics == {"people": 7, "validation": None}
        assert (bundle.fingerprint, bundle.revision, bundle.gamma) == ("feed" * 16, "abc123", 0.5)

    def test_the_version_names_the_contents(self, folder: Path, tmp_path: Path) -> None:
        version = Bundle.load(folder).version
        assert len(version) == 12 and set(version) <= set("0123456789abcdef")
        assert unsaved().save(tmp_path / "again").version == version
        other = Bundle(cinema(), any_network(cinema(), seed=1), SETTINGS, {}, "feed" * 16)
        assert other.save(tmp_path / "other").version != version

    def test_a_bundle_in_the_folder_is_replaced(self, folder: Path) -> None:
        other = Bundle(cinema(), any_network(cinema(), seed=1), SETTINGS, {}, "feed" * 16)
        version = other.save(folder).version
        assert Bundle.load(folder).version == version

    def test_the_loaded_network_does_not_learn(self, folder: Path) -> None:
        network = Bundle.load(folder).network
        assert not network.training
        assert not any(parameter.requires_grad for parameter in network.parameters())

    def test_serves_a_policy_and_a_scorer(self, folder: Path) -> None:
        bundle = Bundle.load(folder)
        policy, scorer = bundle.policy(Exploration(share=0.0)), bundle.scorer()
        assert policy.version == bundle.version
        (choice,) = policy.choose(STATES[1], 1, np.random.default_rng(0))
        assert choice.q_value == pytest.approx(
            bundle.network.q_values(STATES[1].observation()[None])[0].max(), abs=5
        )
        for state in STATES:
            observation = state.observation()[None]
            scores = scorer.scores(observation)
            np.testing.assert_array_equal(scores[0], policy.q_values(state))
            np.testing.assert_array_equal(scores, bundle.network.q_values(observation))
        assert scorer.gives_q_values and scorer.gamma == 0.5

    def test_the_company_of_films_is_served_rounded(self, folder: Path) -> None:
        before = any_affinity(cinema()).cooccurrence
        (after,) = Bundle.load(folder).network.affinities
        for name in ("of", "to", "talk_prior"):
            halved = getattr(before, name).astype(np.float16).astype(np.float32)
            np.testing.assert_array_equal(getattr(after.cooccurrence, name), halved)

    def test_a_bundle_of_the_fifth_format_ranks_as_it_did(self, tmp_path: Path) -> None:
        saved = Bundle(
            cinema(), nothing_outside(any_network(cinema())), SETTINGS, {}, "feed" * 16
        ).save(tmp_path / "old")
        as_written_before(tmp_path / "old", 5)
        served = Bundle.load(tmp_path / "old")
        np.testing.assert_array_equal(q_values(served), q_values(saved))
        for state in (state.steer(0.5) for state in STATES):
            np.testing.assert_array_equal(
                served.policy().q_values(state), saved.policy().q_values(state)
            )

    def test_kinds_of_moods_that_were_not_known_begin_as_in_training(self, tmp_path: Path) -> None:
        saved = Bundle(cinema(), any_network(cinema()), SETTINGS, {}, "feed" * 16).save(
            tmp_path / "old"
        )
        path, known = tmp_path / "old" / "weights.safetensors", KINDS.index("director")
        tensors = load_tensors(path.read_bytes())
        tensors["mood.slope"] = tensors["mood.slope"][:known].contiguous()
        mass = tensors["mood.log_mass"]
        tensors["mood.log_mass"] = torch.cat([mass[:known], mass[-1:]])
        path.write_bytes(save_tensors(tensors))
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        hashes = json.loads((tmp_path / "old" / "manifest.json").read_text())["sha256"]
        rewrite(tmp_path / "old", sha256=hashes | {path.name: digest})
        after, start = Bundle.load(tmp_path / "old").network.mood, MoodPosterior(cinema())
        assert after.log_mass[:known].tolist() == mass[:known].tolist()
        assert after.log_mass[known:-1].tolist() == start.log_mass[known:-1].tolist()
        assert after.log_mass[-1] == mass[-1]
        np.testing.assert_allclose(
            q_values(Bundle.load(tmp_path / "old")), q_values(saved), atol=1e-4
        )

    def test_it_is_saved_in_this_format(self, folder: Path, tmp_path: Path) -> None:
        as_written_before(folder, 5)
        old = Bundle.load(folder)
        new = old.save(tmp_path / "new")
        assert json.loads((tmp_path / "new" / "manifest.json").read_text())["format"] == FORMAT
        np.testing.assert_array_equal(q_values(new), q_values(old))

    def test_the_company_of_older_bundles_is_in_units_of_ease(self, folder: Path) -> None:
        as_written_before(folder, 4)
        before = any_affinity(cinema()).cooccurrence
        (after,) = Bundle.load(folder).network.affinities
        np.testing.assert_allclose(after.cooccurrence.of, 60 * before.of, rtol=1e-3)
        np.testing.assert_allclose(after.cooccurrence.to, before.to, rtol=1e-3)

    def test_films_that_are_named_together_come_back(self, tmp_path: Path) -> None:
        named = sparse.random(N_ITEMS, N_ITEMS, 0.2, "csr", np.float32, 5)
        given = any_affinity(cinema()).cooccurrence
        affinity = Affinity(
            cinema(), replace(given, named_together=named), np.zeros(N_ITEMS, dtype=np.float32)
        )
        network = any_network(cinema(), affinities=(affinity,))
        saved = replace(unsaved(), network=network, conversations=frozenset(("7", "12")))
        loaded = saved.save(tmp_path / "model")
        assert loaded.conversations == {"7", "12"}
        after = loaded.network.affinities[0].cooccurrence.named_together
        assert after is not None
        np.testing.assert_array_equal(after.toarray(), named.toarray().astype(np.float16))

    def test_a_bundle_of_the_first_format_ranks_without_company(self, tmp_path: Path) -> None:
        network = nothing_outside(any_network(cinema(), affinities=()))
        old = Bundle(cinema(), network, SETTINGS, {}, "feed" * 16).save(tmp_path / "old")
        as_written_before(tmp_path / "old", 1)
        served = Bundle.load(tmp_path / "old")
        assert served.network.affinities == ()
        np.testing.assert_array_equal(q_values(served), q_values(old))

    def test_a_bundle_of_the_second_format_ranks_without_kinds_of_people(
        self, tmp_path: Path
    ) -> None:
        vectors = replace(random_vectors(N_ITEMS, 5, 0), classes=None)
        Bundle(cinema(), QNetwork(cinema(), [vectors], hidden=8), SETTINGS, {}, "feed" * 16).save(
            tmp_path / "old"
        )
        as_written_before(tmp_path / "old", 2)
        served = Bundle.load(tmp_path / "old").network
        assert served.classes is None
        assert served.q_values(STATES[1].observation()[None]).shape == (1, N_ITEMS)

    def test_in_a_bundle_of_the_third_format_kinds_of_people_do_not_say_where_a_taste_is(
        self, tmp_path: Path
    ) -> None:
        network = nothing_outside(any_network(cinema(), affinities=()))
        assert network.classes is not None
        with torch.no_grad():
            for neutral in (
                network.encoder.log_spread,
                network.classes.log_caution,
                network.classes.reach,
            ):
                neutral.zero_()
        saved = Bundle(cinema(), network, SETTINGS, {}, "feed" * 16).save(tmp_path / "old")
        lacking = ("encoder.log_spread", "classes.log_caution", "classes.reach")
        as_written_before(tmp_path / "old", 3, lacking)
        np.testing.assert_array_equal(q_values(Bundle.load(tmp_path / "old")), q_values(saved))
        assert (
            Bundle.load(tmp_path / "old")
            .network.taste(torch.zeros(1, 1, 2, dtype=torch.int64))
            .abs()
            .max()
            == 0
        )


class TestCatalogue:
    MOVIES = (
        Movie(
            0,
            318,
            "The Shawshank Redemption",
            1994,
            ("Crime", "Drama"),
            ("Die Verurteilten",),
            111161,
            278,
        ),
        Movie(
            1,
            7,
            "Amélie",
            2001,
            (),
            ("Le Fabuleux Destin d'Amélie Poulain", 'Amelie, "the" one'),
            0,
            0,
        ),
        Movie(2, 2_000_111, "No Year", 0, ("Drama",), (), 28_000_000, 9),
        Movie(3, 3, "二十四の瞳", 1954, ("Drama",), (), 46487, 0),
    )
    FACETS = (
        Facet("genre", "Crime"),
        Facet("genre", "Drama"),
        Facet("tag", "time travel"),
        Facet("person", "A. B.", ("Abe", "B.")),
    )

    def catalogue(self) -> Catalogue:
        membership = sparse.csr_matrix(
            np.array([[1, 0, 0, 0], [1, 0, 1, 1], [0, 1, 0, 1], [0, 0, 0, 0]], dtype=np.bool_)
        )
        return Catalogue(
            self.MOVIES, self.FACETS, membership, np.array([90, 7, 5, 0], dtype=np.int64), 3
        )

    def test_comes_back_whole(self, tmp_path: Path) -> None:
        before = self.catalogue()
        unsaved(before).save(tmp_path / "model")
        after = Bundle.load(tmp_path / "model").catalogue
        assert after.movies == before.movies
        assert after.facets == before.facets
        assert [facet.aliases for facet in after.facets] == [(), (), (), ("Abe", "B.")]
        assert after.n_items == before.n_items == 3
        np.testing.assert_array_equal(after.n_ratings, before.n_ratings)
        np.testing.assert_array_equal(after.membership.toarray(), before.membership.toarray())
        assert (after.membership.dtype, after.n_ratings.dtype) == (
            before.membership.dtype,
            before.n_ratings.dtype,
        )
        assert after.token_of("tag:time travel") == before.token_of("tag:time travel") == 7
        assert after.token_of_movie_id(2_000_111) == 3

    def test_tables_of_old_say_nothing_of_other_words(self, tmp_path: Path) -> None:
        films, names = tmp_path / "movies.parquet", tmp_path / "facets.parquet"
        write_tables(self.catalogue(), films, names)
        pq.write_table(pq.read_table(names).drop_columns(["aliases"]), names)
        after = read_tables(films, names, 3)
        assert after.facets == self.FACETS and not any(facet.aliases for facet in after.facets)

    def test_more_facets_than_sixteen_bits_hold(self, tmp_path: Path) -> None:
        films, names = tmp_path / "movies.parquet", tmp_path / "facets.parquet"
        count = 40_000
        facets = tuple(Facet("keyword", f"word {number}") for number in range(count))
        owned = np.ones((count, 1), dtype=np.bool_)
        table = sparse.csr_matrix(np.hstack([owned, ~owned, ~owned, ~owned]))
        whole = Catalogue(self.MOVIES, facets, table, np.array([4, 3, 2, 1], dtype=np.int64), 3)
        write_tables(whole, films, names)
        assert read_tables(films, names, 3).facet_sizes.tolist() == [1] * count

    def test_without_any_facet(self, tmp_path: Path) -> None:
        bare = Catalogue(
            self.MOVIES,
            (),
            sparse.csr_matrix((0, 4), dtype=np.bool_),
            np.array([4, 3, 2, 1], dtype=np.int64),
            4,
        )
        saved = unsaved(bare).save(tmp_path / "model")
        assert saved.catalogue.movies == self.MOVIES
        assert saved.catalogue.facets == ()
        assert np.isfinite(saved.network.q_values(STATES[1].observation()[None])).all()


class TestNoPickle:
    def test_every_file_is_json_safetensors_or_parquet(self, folder: Path) -> None:
        assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
        json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        assert load_tensors((folder / "weights.safetensors").read_bytes())
        for name in ("movies.parquet", "facets.parquet"):
            content = (folder / name).read_bytes()
            assert content[:4] == content[-4:] == b"PAR1"

    def test_no_file_is_a_pickle_or_a_zip_of_pickles(self, folder: Path) -> None:
        for name in FILES:
            content = (folder / name).read_bytes()
            assert not content.startswith((b"\x80", b"PK\x03\x04")), name
            assert b"cbuiltins" not in content and b"__reduce__" not in content


class TestRefusal:
    def refused(self, folder: Path, *words: str) -> None:
        with pytest.raises(BundleError) as caught:
            Bundle.load(folder)
        message = str(caught.value)
        assert str(folder) in message
        for word in words:
            assert word in message
        assert "\n" not in message

    def test_no_folder_at_all(self, tmp_path: Path) -> None:
        self.refused(
            tmp_path / "nowhere", "no trained model", "python -m core train", "MARQUEE_BUNDLE"
        )

    def test_a_file_in_place_of_the_folder(self, tmp_path: Path) -> None:
        (tmp_path / "model").write_text("not a folder")
        self.refused(tmp_path / "model", "python -m core train")

    def test_no_manifest(self, folder: Path) -> None:
        (folder / "manifest.json").unlink()
        self.refused(folder, "manifest.json", "python -m core train")

    @pytest.mark.parametrize("name", FILES[1:])
    def test_a_missing_file(self, folder: Path, name: str) -> None:
        (folder / name).unlink()
        self.refused(folder, f"{name} is missing", "Restore it")

    @pytest.mark.parametrize("name", FILES[1:])
    def test_an_altered_file(self, folder: Path, name: str) -> None:
        content = bytearray((folder / name).read_bytes())
        content[len(content) // 2] ^= 1
        (folder / name).write_bytes(content)
        self.refused(folder, f"{name} is not the file that was saved", "Restore it")

    @pytest.mark.parametrize("name", FILES[1:])
    def test_a_file_cut_short(self, folder: Path, name: str) -> None:
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: len(content) // 2])
        self.refused(folder, name)

    def test_a_newer_format(self, folder: Path) -> None:
        rewrite(folder, format=FORMAT + 1)
        self.refused(folder, f"format {FORMAT + 1}", f"up to {FORMAT}", "update Marquee")

    @pytest.mark.parametrize(
        "text", ["", "{", "[]", "null", "{}", '{"format": 1}', "\ufeff", '"text"']
    )
    def test_a_manifest_that_is_none(self, folder: Path, text: str) -> None:
        (folder / "manifest.json").write_text(text, encoding="utf-8")
        self.refused(folder, "manifest.json")

    def test_a_manifest_that_is_no_text(self, folder: Path) -> None:
        (folder / "manifest.json").write_bytes(b"\xff\xfe\x00")
        self.refused(folder, "manifest.json")

    @pytest.mark.parametrize("name", ["n_items", "settings", "metrics", "data", "revision"])
    def test_a_manifest_with_a_gap(self, folder: Path, name: str) -> None:
        manifest = json.loads((folder / "manifest.json").read_text())
        del manifest[name]
        (folder / "manifest.json").write_text(json.dumps(manifest))
        self.refused(folder, "manifest.json")

    @pytest.mark.parametrize(
        "change",
        [
            {"n_items": "many"},
            {"n_items": None},
            {"n_items": 10**6},
            {"n_items": -1},
            {"n_items": 5},
            {"settings": []},
            {"settings": {}},
            {"settings": {"hidden": "wide"}},
            {"settings": {"hidden": 9}},
            {"sha256": {}},
            {"sha256": []},
            {"format": "1"},
        ],
    )
    def test_a_manifest_with_a_value_that_makes_no_sense(
        self, folder: Path, change: dict[str, object]
    ) -> None:
        rewrite(folder, **change)
        self.refused(folder)

    def test_weights_of_another_network(self, folder: Path) -> None:
        tensors = load_tensors((folder / "weights.safetensors").read_bytes())
        name = next(name for name in tensors if not name.startswith("vectors."))
        tensors[name] = torch.zeros(3, 3)
        (folder / "weights.safetensors").write_bytes(save_tensors(tensors))
        self.resign(folder, "weights.safetensors")
        self.refused(folder, "weights.safetensors does not fit")

    def test_vectors_of_another_catalogue(self, folder: Path) -> None:
        tensors = load_tensors((folder / "weights.safetensors").read_bytes())
        tensors["vectors.like"] = torch.zeros(N_ITEMS + 1, 5, dtype=torch.float16)
        (folder / "weights.safetensors").write_bytes(save_tensors(tensors))
        self.resign(folder, "weights.safetensors")
        self.refused(folder, "weights.safetensors does not fit")

    @pytest.mark.parametrize("change", ["shorter", "missing"])
    def test_company_of_another_catalogue(self, folder: Path, change: str) -> None:
        tensors = load_tensors((folder / "weights.safetensors").read_bytes())
        if change == "missing":
            del tensors["company.to"]
        else:
            tensors["company.to"] = tensors["company.to"][:-1].contiguous()
        (folder / "weights.safetensors").write_bytes(save_tensors(tensors))
        self.resign(folder, "weights.safetensors")
        self.refused(folder, "weights.safetensors does not fit")

    @pytest.mark.parametrize("change", ["fewer films", "fewer kinds", "missing", "no fits"])
    def test_kinds_of_people_of_another_catalogue(self, folder: Path, change: str) -> None:
        tensors = load_tensors((folder / "weights.safetensors").read_bytes())
        if change == "missing":
            del tensors["classes.fair"]
        elif change == "no fits":
            tensors["classes.fits"] = torch.tensor(0)
        else:
            liked = tensors["classes.liked"]
            tensors["classes.liked"] = (
                liked[:, :-1] if change == "fewer films" else liked[:-1]
            ).contiguous()
        (folder / "weights.safetensors").write_bytes(save_tensors(tensors))
        self.resign(folder, "weights.safetensors")
        self.refused(folder, "weights.safetensors does not fit")

    def test_a_table_of_something_else(self, folder: Path) -> None:
        shutil.copy(folder / "facets.parquet", folder / "movies.parquet")
        self.resign(folder, "movies.parquet")
        self.refused(folder, "tables cannot be read")

    def test_a_write_that_broke_off(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object) -> None:
            raise OSError("No space left on device")

        monkeypatch.setattr("core.model.bundle.write_tables", broken)
        with pytest.raises(OSError, match="No space"):
            unsaved().save(folder)
        self.refused(folder)

    @staticmethod
    def resign(folder: Path, name: str) -> None:
        """Puts the hash of an altered file into the manifest, as who makes bundles by other means
        might."""
        import hashlib

        manifest = json.loads((folder / "manifest.json").read_text())
        manifest["sha256"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        (folder / "manifest.json").write_text(json.dumps(manifest))
