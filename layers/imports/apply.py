"""The one path of an import: open, plan, derive, compare, and write once, all or nothing."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from geomap.errors import ParameterInvalid
from geomap.model import Edit, EditKind, Fault, Feature, Source, Visibility, Written
from layers.catalog import layer_named
from layers.collector import collector_at_rest
from layers.derive import completed, same_geometry
from layers.imports.identities import Identities
from layers.imports.plan import Plan, Planner, Progress, same_place_faults
from layers.imports.profile import Profile
from layers.imports.regions import with_outlines
from layers.imports.report import Counts, Report
from layers.imports.rows import Reading
from layers.imports.sources import sources_beside
from layers.imports.table import DEFAULT_PROFILE, profile_named, reader_of
from layers.store.protocol import Store

ONE_BY_ONE = 20_000
"""Up to so many records are looked up singly; for more, the whole layer is read once."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How a file is to be imported. Empty texts mean: as the profile or the file says."""

    profile: str = DEFAULT_PROFILE
    crs: str = ""
    encoding: str = ""
    as_of: date | None = None
    """The date at which the file states what it states. None: that of the last import of the
    source, or the profile's."""
    units: tuple[Path, ...] = ()
    """Files or folders of administrative units, looked at before those beside the file."""
    dry_run: bool = False
    accept_valid: bool = False
    actor: str = "import"
    progress: Progress = lambda stage, done, total: None


def import_file(
    store: Store,
    path: Path,
    layer_id: str,
    *,
    profile: str = DEFAULT_PROFILE,
    crs: str = "",
    dry_run: bool = False,
    accept_valid: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Import a file into a layer, as `import_as` does with the wishes given here."""
    wish = Wish(profile=profile, crs=crs, dry_run=dry_run, accept_valid=accept_valid)
    return import_as(store, path, layer_id, replace(wish, progress=progress or wish.progress))


@collector_at_rest()
def import_as(store: Store, path: Path, layer_id: str, wish: Wish) -> Report:
    """Import a file into a layer: every record of it in one transaction, or none.

    Records are known by their source and identifier: a new one is inserted, a changed one
    updated, an unchanged one left alone, so that the same file again changes nothing. A city that
    another source has brought already (by its external identifiers), and a pair of two cities that
    another source has joined, are recognised: they are not made anew, and the stored record stays
    as it is. What officers decided about publication (`visibility`) stays.

    Returns:
        What was done, or with `dry_run` would be done, with every fault of the file. With an
        error in any row nothing is written (`refused`), unless `accept_valid`.

    Raises:
        LayerNotFound: There is no such layer.
        ParameterInvalid: The layer has no such profile, or the profile no use for a wish.
        FileUnreadable: The file is not what it claims to be.
        RevisionConflict: Someone changed one of the records meanwhile; import again.
        StoreBusy: The store could not be locked in time; nothing was written.
    """
    started = time.monotonic()
    files = _opened(store, path, layer_id, wish)
    plans = _plans(files, store, wish)
    changes, counts = _changes(plans, store, wish)
    plan = plans[-1]
    refused = any(plan.refused for plan in plans) and not wish.accept_valid
    write = not (refused or wish.dry_run)
    written = _written(store, changes, files[-1], wish) if write else None
    main = files[-1]
    return Report(
        path=path,
        layer_id=layer_id,
        profile=main.profile.name,
        counts=counts[-1],
        companions={p.layer.id: c for p, c in zip(plans[:-1], counts[:-1], strict=True)},
        recognised=sum((plan.recognised for plan in plans), Counter()),
        faults=[*_of_companions(files, plans), *_in_order(plan.faults)],
        sources=main.sources,
        encoding=main.reading.encoding,
        encoding_basis=main.reading.encoding_basis,
        delimiter=main.reading.delimiter,
        crs=main.crs,
        dry_run=wish.dry_run,
        refused=refused,
        seconds=time.monotonic() - started,
        written=written,
    )


@dataclass(frozen=True, slots=True)
class _File:
    """A file that is open, with all that it takes to plan it."""

    path: Path
    profile: Profile
    reading: Reading
    crs: str
    sources: Sequence[Source]
    """Those that its own rows, and its companion's, may name."""
    planner: Planner


def _opened(store: Store, path: Path, layer_id: str, wish: Wish) -> list[_File]:
    """Open a file and the one beside it whose records come first."""
    profile = profile_named(wish.profile, layer_named(layer_id).id)
    beside = path.with_name(profile.companion) if profile.companion else path
    files = []
    if beside != path and beside.is_file():
        other = profile_named(wish.profile, profile.companion_layer)
        files.append(_open(store, beside, other, replace(wish, crs="", encoding="", units=())))
    given = [source for file in files for source in file.sources]
    return [*files, _open(store, path, profile, wish, given)]


def _open(
    store: Store, path: Path, profile: Profile, wish: Wish, given: Sequence[Source] = ()
) -> _File:
    reading = reader_of(path)(path, encoding=wish.encoding)
    if profile.outlines:
        reading = with_outlines(reading, path, profile.outlines, wish.units)
    elif wish.units:
        raise ParameterInvalid(
            "units", str(wish.units[0]), f"the profile {profile.name!r} makes no outlines of units."
        )
    stored = _stored_sources(store)
    own = _own_sources(path, profile, wish, stored)
    sources = [*own, *(source for source in given if source not in own)]
    known = [source.id for source in sources]
    known += sorted(stored) if profile.source is None or profile.references else []
    crs = wish.crs or reading.crs or profile.crs
    layer = layer_named(profile.layer)
    planner = Planner(layer, profile, reading, crs=crs, sources=list(dict.fromkeys(known)))
    return _File(path, profile, reading, crs, sources, planner)


def _plans(files: Sequence[_File], store: Store, wish: Wish) -> list[Plan]:
    identities = Identities(store)
    return [file.planner.plan(identities, wish.progress) for file in files]


def _stored_sources(store: Store) -> Mapping[str, Source]:
    with store.public() as reader:
        return reader.sources()


def _own_sources(
    path: Path, profile: Profile, wish: Wish, stored: Mapping[str, Source]
) -> list[Source]:
    """Return the sources that a profile, or a table beside the file, describes.

    A date that nobody states stays: another one would have every record published anew.
    """
    if profile.source:
        held = stored.get(profile.source.id, profile.source)
        return [replace(profile.source, as_of=wish.as_of or held.as_of)]
    if wish.as_of:
        raise ParameterInvalid(
            "as_of",
            str(wish.as_of),
            f"sources.csv states the dates of the profile {profile.name!r}.",
        )
    return sources_beside(path)


def _changes(plans: Sequence[Plan], store: Store, wish: Wish) -> tuple[list[Edit], list[Counts]]:
    """Return the edits that change something, and the counts of each file."""
    wish.progress("derive", 0, 0)
    wished = [
        Edit(EditKind.PUT, planned.feature, expected=planned.revision)
        for plan in plans
        for planned in plan.planned
    ]
    edits = completed(wished, store)
    changes = _differing(edits, store)
    if plans[-1].layer.id == "twins":
        features = {edit.feature.id: edit.feature for edit in edits}
        plans[-1].faults += same_place_faults(plans[-1], features)
    changed = {edit.feature.id for edit in changes}
    counts = [_counts(plan, changed) for plan in plans]
    for plan in plans:
        # What is written stands among the changes: a second copy would fill the memory.
        plan.planned.clear()
    return changes, counts


def _differing(edits: Sequence[Edit], store: Store) -> list[Edit]:
    """Return the edits that change what the store holds; publication stays as it is there."""
    wanted = {edit.feature.id: edit for edit in edits if edit.expected != 0}
    same: set[str] = set()
    kept: dict[str, Edit] = {}
    for stored in _stored(wanted, store):
        wish = wanted[stored.id]
        if is_same(stored, wish.feature):
            same.add(stored.id)
        elif _published(stored) != _published(wish.feature):
            feature = replace(wish.feature, visibility=stored.visibility, cell_km=stored.cell_km)
            kept[stored.id] = replace(wish, feature=feature)
    return [kept.get(edit.feature.id, edit) for edit in edits if edit.feature.id not in same]


def _stored(wanted: Mapping[str, Edit], store: Store) -> Iterator[Feature]:
    """Yield the features that the edits would replace, never more than one in memory."""
    by_layer = Counter(edit.feature.layer for edit in wanted.values())
    for layer, count in by_layer.items():
        if count > ONE_BY_ONE:
            yield from (feature for feature in store.features(layer) if feature.id in wanted)
    for feature_id, edit in wanted.items():
        layer = edit.feature.layer
        if by_layer[layer] <= ONE_BY_ONE and (found := store.feature(layer, feature_id)):
            yield found


def _published(feature: Feature) -> tuple[Visibility, int]:
    return (feature.visibility, feature.cell_km)


def is_same(one: Feature, other: Feature) -> bool:
    """Tell whether two features say the same, whoever may see them."""
    return one.properties == other.properties and same_geometry(one.geometry, other.geometry)


def _counts(plan: Plan, changed: set[str]) -> Counts:
    fates = Counter(
        "unchanged"
        if planned.feature.id not in changed
        else "update"
        if planned.revision
        else "insert"
        for planned in plan.planned
    )
    warned = {fault.row for fault in plan.faults if fault.severity == "warning"}
    return Counts(
        rows=plan.rows,
        insert=fates["insert"],
        update=fates["update"],
        unchanged=fates["unchanged"],
        recognised=plan.recognised.total(),
        warning=len(warned),
        error=plan.refused,
    )


def _written(store: Store, changes: list[Edit], file: _File, wish: Wish) -> Written | None:
    known = _stored_sources(store)
    named = {edit.feature.source_id for edit in changes} | known.keys()
    sources = [s for s in file.sources if s.id in named and known.get(s.id) != s]
    if not changes and not sources:
        return None
    wish.progress("write", 0, len(changes))
    written = store.write(
        changes,
        actor=wish.actor,
        action="import",
        comment=file.path.name,
        sources=sources,
    )
    wish.progress("write", len(changes), len(changes))
    return written


def _of_companions(files: Sequence[_File], plans: Sequence[Plan]) -> list[Fault]:
    return [
        replace(fault, column=f"{file.path.name}: {fault.column}")
        for file, plan in zip(files[:-1], plans[:-1], strict=True)
        for fault in plan.faults
    ]


def _in_order(faults: Iterable[Fault]) -> list[Fault]:
    return sorted(faults, key=lambda fault: fault.row or 0)
