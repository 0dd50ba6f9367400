"""Opening a store: its settings, its migrations, and whom it turns away."""

import multiprocessing
import os
import stat

import apsw
import pytest

from geomap.errors import SettingInvalid, StoreUnusable
from layers.store.connections import (
    Pool,
    public_connection,
    reading_connection,
    writing_connection,
)
from layers.store.engines import open_store
from layers.store.migrate import migrate, store_version
from layers.store.statements import migrations, statements


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "geomap.db"
    open_store(f"sqlite:///{path}").close()
    return path


def test_a_place_where_no_store_can_stand_is_named(tmp_path):
    (tmp_path / "file").write_text("no folder")
    for place in (tmp_path / "file" / "geomap.db", tmp_path, "/proc/none/geomap.db"):
        with pytest.raises(StoreUnusable, match=f"{place} cannot be used"):
            open_store(f"sqlite:///{place}")


def test_a_refusal_of_an_address_does_not_repeat_its_password():
    with pytest.raises(SettingInvalid) as refusal:
        open_store("postgresql://user:hunter2@host/name")
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize("opened", [writing_connection, reading_connection, public_connection])
def test_each_connection_keeps_what_it_commits(path, opened):
    connection = opened(path)
    connection.authorizer = None
    asked = ("journal_mode", "synchronous", "foreign_keys")
    assert [connection.pragma(name) for name in asked] == ["wal", 2, 1]
    connection.close()


def test_a_file_in_another_journal_mode_is_not_read(path):
    connection = apsw.Connection(str(path))
    connection.pragma("journal_mode", "delete")
    connection.close()
    with pytest.raises(StoreUnusable, match="journal_mode"):
        reading_connection(path)
    open_store(f"sqlite:///{path}").close()
    reading_connection(path).close()


def test_the_file_is_for_its_owner_alone(path):
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_folders_are_made_on_the_way(tmp_path):
    open_store(f"sqlite:///{tmp_path / 'a' / 'b' / 'geomap.db'}").close()
    assert (tmp_path / "a" / "b" / "geomap.db").is_file()


def test_an_address_of_no_known_engine_is_refused():
    with pytest.raises(SettingInvalid, match="it must be sqlite:///PATH"):
        open_store("oracle://somewhere")


def test_a_newer_store_is_refused_politely_and_left_alone(path):
    connection = writing_connection(path)
    connection.pragma("user_version", len(migrations("sqlite")) + 1)
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreUnusable, match="newer geomap"):
        open_store(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path):
    connection = apsw.Connection(str(tmp_path / "other.db"))
    connection.execute("CREATE TABLE theirs (id); INSERT INTO theirs VALUES (1)")
    connection.close()
    before = (tmp_path / "other.db").read_bytes()
    with pytest.raises(StoreUnusable, match="not a geomap store"):
        open_store(f"sqlite:///{tmp_path / 'other.db'}")
    assert (tmp_path / "other.db").read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("Castle of Vyborg\n" * 500)
    with pytest.raises(StoreUnusable, match="not a geomap store"):
        open_store(f"sqlite:///{tmp_path / 'notes.txt'}")
    assert (tmp_path / "notes.txt").read_text() == "Castle of Vyborg\n" * 500


def test_migrations_run_once_each_and_in_order(tmp_path):
    connection = apsw.Connection(str(tmp_path / "geomap.db"))
    scripts = ("CREATE TABLE a (x)", "ALTER TABLE a ADD COLUMN y; INSERT INTO a VALUES (1, 2)")
    migrate(connection, scripts=scripts[:1])
    migrate(connection, scripts=scripts)
    migrate(connection, scripts=scripts)
    assert connection.execute("SELECT x, y FROM a").fetchall() == [(1, 2)]
    assert store_version(connection, newest=2) == 2
    connection.close()


def test_a_migration_that_fails_leaves_the_store_as_it_was(tmp_path):
    connection = apsw.Connection(str(tmp_path / "geomap.db"))
    migrate(connection, scripts=("CREATE TABLE a (x)",))
    broken = ("CREATE TABLE a (x)", "DROP TABLE a; CREATE TABLE b (y); SELECT * FROM nowhere")
    with pytest.raises(apsw.SQLError):
        migrate(connection, scripts=broken)
    assert store_version(connection, newest=2) == 1
    assert connection.execute("SELECT count(*) FROM a").get == 0
    connection.close()


def test_each_statement_opens_with_what_it_does_and_is_one():
    for name, text in statements("sqlite").items():
        assert text.startswith("-- "), name
        assert ";" not in text.partition("\n")[2], name


def test_a_closed_store_says_so(path):
    store = open_store(f"sqlite:///{path}")
    store.close()
    with pytest.raises(StoreUnusable, match="closed"), store.public():
        pass
    with pytest.raises(StoreUnusable, match="closed"):
        store.features("sites").__next__()


def test_a_pool_lends_a_connection_to_one_at_a_time(path):
    pool = Pool(lambda: reading_connection(path))
    with pool.lent() as first, pool.lent() as second:
        assert first is not second
    with pool.lent() as third:
        assert third in (first, second)
    pool.close()


@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_a_forked_child_opens_its_own_connections(path):
    pool = Pool(lambda: reading_connection(path))
    with pool.lent() as connection:
        mine = id(connection)
    asked, answered = multiprocessing.Pipe()
    child = os.fork()
    if not child:
        with pool.lent() as connection:
            answered.send(id(connection) != mine)
        os._exit(0)
    os.waitpid(child, 0)
    assert asked.recv()
    with pool.lent() as connection:
        assert id(connection) == mine
    pool.close()


@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_a_forked_child_watches_over_its_own_connection(store, put, site):
    before = store.data_version()
    asked, answered = multiprocessing.Pipe()
    child = os.fork()
    if not child:
        answered.send(store.data_version() == store.data_version())
        store.close()
        os._exit(0)
    os.waitpid(child, 0)
    assert asked.recv()
    assert store.data_version() == before
    put(site(1))
    assert store.data_version() != before


def test_a_closed_store_says_so_to_whoever_watches(store):
    store.data_version()
    store.close()
    with pytest.raises(StoreUnusable, match="closed"):
        store.data_version()
