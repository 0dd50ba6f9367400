"""The command `geomap`: serve, and keep what is served."""

from __future__ import annotations

import dataclasses
import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

import geomap
from api.people import first_invitation, user
from api.telling import Progress, told
from geomap.crs import FILE_CRS
from geomap.errors import GeomapError, ParameterInvalid, SettingInvalid
from geomap.settings import Settings
from layers.catalog import LAYERS, layer_named
from layers.exports.table import EXPORTS, export_named, options_for
from layers.query import Query, matching_rows
from layers.segments.folder import folder_of
from layers.segments.keeper import refreshed
from layers.segments.opening import Segments
from layers.snapshot import Follower
from layers.store.engines import open_store, restore_store
from layers.store.protocol import Store

FAILED, MISUSED = 1, 2


class Commands(click.Group):
    """A group whose commands say a named error in one line, not as a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; exit with 2 for a wrong setting or option, with 1 for the rest."""
        try:
            return super().invoke(ctx)
        except GeomapError as problem:
            click.echo(f"geomap: {problem}", err=True)
            misused = isinstance(problem, SettingInvalid | ParameterInvalid)
            sys.exit(MISUSED if misused else FAILED)
        except OSError as problem:
            if problem.errno == errno.EPIPE:
                raise  # click ends quietly when nobody reads on
            where = f"{problem.filename}: " if problem.filename else ""
            click.echo(f"geomap: {where}{problem.strerror or problem}", err=True)
            sys.exit(FAILED)


def _writable(_context: click.Context, _option: click.Parameter, file: Path | None) -> Path | None:
    """Refuse a file whose folder is missing, before any work is done for it."""
    if file is not None and not file.absolute().parent.is_dir():
        raise click.BadParameter(f"There is no folder {file.absolute().parent}.")
    return file


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(geomap.__version__, prog_name="geomap")
def main() -> None:
    """A map of cultural sites, cross-border regions and twin cities."""


main.add_command(user)


@main.command()
@click.option("--host", help="Address to serve on.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to serve on.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that answer requests.")
@click.option("--open", "open_page", is_flag=True, help="Open the map in the browser.")
def serve(host: str | None, port: int | None, workers: int | None, open_page: bool) -> None:
    """Serve the map."""
    from api.serving import serve as serve_until_stopped

    stated = {"host": host, "port": port, "workers": workers}
    given: dict[str, Any] = {name: value for name, value in stated.items() if value is not None}
    settings = dataclasses.replace(Settings.from_environment(), **given)
    with _store(settings) as store:
        with store.public() as reader:
            empty = reader.version() == 0
        invitation = first_invitation(store)
    if empty:
        click.echo("The store is empty: `geomap seed` fills it with the demonstration data.")
    serve_until_stopped(settings, click.echo, open_page=open_page, invitation=invitation)


@main.command()
def seed() -> None:
    """Load the demonstration data; loaded again, it changes nothing."""
    from layers.seed.load import load_seed

    with _store() as store:
        for report in load_seed(store):
            told(report)
        _refreshed(store)


@main.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--layer", required=True, type=click.Choice(list(LAYERS)), help="Where it goes.")
@click.option("--profile", help="How to read it: the name of a register's profile.")
@click.option("--crs", help="Its reference system, for example EPSG:3067.")
@click.option("--encoding", help="Its encoding, where detection would be wrong.")
@click.option(
    "--as-of",
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d"]),
    callback=lambda _context, _option, value: value and value.date(),
    help="The date of what it states, such as 2026-04-01. Without it the date stays that of the "
    "last import, at first the profile's.",
)
@click.option(
    "--units",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="A file or folder of administrative units of which regions are made; may be repeated. "
    "Without it they are looked for beside FILE.",
)
@click.option("--dry-run", is_flag=True, help="Say what would happen, and do nothing.")
@click.option("--accept-valid", is_flag=True, help="Take the sound rows when others have errors.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=_writable,
    help="Write all faults to this CSV.",
)
def import_(file: Path, layer: str, report: Path | None, **wishes: Any) -> None:
    """Import FILE, CSV or GeoJSON; imported again, it changes nothing."""
    from layers.imports.apply import Wish, import_as

    stated = {name: value for name, value in wishes.items() if value is not None}
    with _store() as store, Progress() as progress:
        done = import_as(store, file, layer, Wish(**stated, progress=progress))
        _refreshed(store)
    if report:
        done.write_csv(report)
    told(done)
    if done.refused:
        sys.exit(FAILED)


@main.command()
@click.argument("layer", type=click.Choice(list(LAYERS)))
@click.option("-f", "name", type=click.Choice(list(EXPORTS)), default="geojson", show_default=True)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=_writable,
    required=True,
)
@click.option("--crs", type=click.Choice(list(FILE_CRS)), help="The file's reference system.")
@click.option("--bom", is_flag=True, default=None, help="Begin CSV as Excel knows UTF-8 by.")
def export(layer: str, name: str, output: Path, crs: str | None, bom: bool | None) -> None:
    """Export all that the public may see of LAYER."""
    layer_id = layer_named(layer).id
    format_ = export_named(name)
    options = options_for(format_, crs, bom=bom)
    partial = output.with_name(output.name + ".partial")
    folder = folder_of(Settings.from_environment())
    segments = Segments(folder) if folder else None
    with _store() as store, Follower(store, segments=segments).reading() as (snapshot, reader):
        table = snapshot.tables[layer_id]
        rows = matching_rows(table, Query())
        with partial.open("wb") as file:
            file.writelines(format_.write(snapshot, reader, table, rows, options))
    partial.replace(output)
    click.echo(f"{len(rows)} {layer} in {output}")


@main.command()
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
def backup(directory: Path) -> None:
    """Write a checked copy of the store into DIRECTORY; serving goes on meanwhile."""
    with _store() as store:
        click.echo(f"The backup is {store.backup(directory)}")


@main.command()
@click.argument("directory", type=click.Path(exists=True, path_type=Path))
def restore(directory: Path) -> None:
    """Put the newest backup of DIRECTORY in the place of the store; stop serving first."""
    settings = Settings.from_environment()
    backup = restore_store(settings.store, directory)
    if folder := folder_of(settings):
        folder.forget()
    click.echo(f"The store is now what {backup} holds.")


@main.command()
def check() -> None:
    """Check the store; say what is wrong with it, if anything is."""
    with _store() as store:
        faults = store.check()
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        sys.exit(FAILED)
    click.echo("The store is sound.")


def _refreshed(store: Store) -> None:
    settings = Settings.from_environment()
    refreshed(settings.store, store, folder_of(settings))


@contextmanager
def _store(settings: Settings | None = None) -> Iterator[Store]:
    store = open_store((settings or Settings.from_environment()).store)
    try:
        yield store
    finally:
        store.close()


if __name__ == "__main__":
    main()
