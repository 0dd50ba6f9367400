"""A public connection cannot name what is not public, whatever SQL it is given."""

import apsw
import pytest

from layers.store.connections import PUBLIC_TABLES, public_connection, reading_connection
from layers.store.engines import open_store


@pytest.fixture
def path(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'geomap.db'}")
    yield tmp_path / "geomap.db"
    store.close()


@pytest.fixture
def public(path):
    connection = public_connection(path)
    yield connection
    connection.close()


def tables(path):
    connection = reading_connection(path)
    names = [row[0] for row in connection.execute("SELECT name FROM pragma_table_list")]
    connection.close()
    return names


def test_every_table_that_is_not_public_is_refused(path, public):
    private = set(tables(path)) - PUBLIC_TABLES
    assert {"feature", "revision", "write_log", "source", "idempotency"} <= private
    for table in private:
        with pytest.raises((apsw.AuthError, apsw.SQLError), match=r"prohibited|not authorized"):
            public.execute(f"SELECT count(*) FROM {table}")


def test_no_table_is_public_by_its_name_alone(path):
    named = {table for table in tables(path) if table.startswith("public_")}
    assert named == PUBLIC_TABLES - {"json_each"}


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT properties FROM feature",
        "SELECT 1 FROM public_feature WHERE EXISTS (SELECT 1 FROM feature)",
        "SELECT * FROM public_feature JOIN feature USING (id)",
        "WITH f AS (SELECT * FROM feature) SELECT count(*) FROM f",
        "SELECT * FROM sqlite_schema",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM pragma_table_info('feature')",
        "SELECT * FROM pragma_table_list",
        "PRAGMA table_info(feature)",
        "PRAGMA database_list",
        "PRAGMA writable_schema = 1",
        "PRAGMA query_only = 0",
        "PRAGMA data_version = 1",
        "ATTACH ':memory:' AS other",
        "ATTACH 'geomap.db' AS other",
        "DETACH main",
        "CREATE TABLE mine (id)",
        "CREATE TEMP TABLE mine (id)",
        "CREATE TEMP VIEW mine AS SELECT * FROM feature",
        "CREATE TEMP TRIGGER mine AFTER INSERT ON public_feature BEGIN SELECT 1; END",
        "CREATE VIRTUAL TABLE temp.mine USING fts5vocab(main, public_name, row)",
        "INSERT INTO public_source VALUES ('a', 'b', 'c', 'd', 'e', 'f', 'g')",
        "INSERT INTO public_name (public_name) VALUES ('integrity-check')",
        "UPDATE public_body SET body = ''",
        "DELETE FROM public_removal",
        "DELETE FROM public_rtree",
        "DROP TABLE public_feature",
        "VACUUM INTO '/nowhere/copy.db'",
        "VACUUM",
        "REINDEX",
        "ANALYZE",
        "SELECT load_extension('x')",
        "SELECT readfile('/etc/passwd')",
        "SELECT rtreecheck('public_rtree')",
        "SELECT randomblob(9)",
        "SAVEPOINT mine",
    ],
)
def test_what_goes_beyond_reading_the_projection_is_refused(public, statement):
    with pytest.raises(apsw.Error):
        public.execute(statement)


def test_shadow_tables_cannot_be_written_though_their_writes_are_prepared(public):
    with pytest.raises((apsw.ReadOnlyError, apsw.SQLError, apsw.AuthError)):
        public.execute("DELETE FROM public_name_data")
    with pytest.raises((apsw.ReadOnlyError, apsw.SQLError, apsw.AuthError)):
        public.execute("DELETE FROM public_rtree_node")


def test_the_authorizer_outlives_a_change_of_schema(path, public):
    list(public.execute("SELECT * FROM public_name WHERE public_name MATCH 'a'"))
    writer = apsw.Connection(str(path))
    writer.execute("CREATE TABLE later (secret)")
    writer.close()
    list(public.execute("SELECT * FROM public_name WHERE public_name MATCH 'a'"))
    with pytest.raises(apsw.Error):
        public.execute("SELECT secret FROM later")
