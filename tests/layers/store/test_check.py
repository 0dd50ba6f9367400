"""`check` finds what no write of ours could have left."""

import apsw
import pytest
import shapely

from geomap.model import Visibility
from geomap.settings import sqlite_path

SABOTAGE = {
    "UPDATE feature SET visibility = 'hidden' WHERE record_id = 'record-1'": "published",
    "UPDATE feature SET properties = '{}' WHERE record_id = 'record-1'": "history does not end",
    "DELETE FROM feature WHERE record_id = 'record-1'": "missing",
    "DELETE FROM revision WHERE revision = 1": "history is broken",
    "DELETE FROM revision WHERE revision = 2": "history does not end",
    "DELETE FROM write_log WHERE number = 1": "refers to a row that is not there",
    "DELETE FROM public_feature WHERE layer = 'sites'": "not published and should be",
    "UPDATE public_body SET body = CAST('{}' AS BLOB)": "not what it says",
    "DELETE FROM public_body": "not what it says",
    "INSERT INTO public_body VALUES (999, CAST('{}' AS BLOB))": "public projection has",
    "UPDATE public_feature SET columns = CAST('[]' AS BLOB)": "not what it says",
    "UPDATE public_feature SET geometry = NULL": "not what it says",
    "UPDATE public_feature SET rank = 99": "not what it says",
    "DELETE FROM public_rtree": "box is not around it",
    "UPDATE public_rtree SET east = east + 1": "box is not around it",
    "INSERT INTO public_rtree VALUES (999, 1, 2, 1, 2)": "public projection has",
    "DELETE FROM public_rtree_rowid": "damaged",
    "DELETE FROM public_name": "names are not those it has",
    "INSERT INTO public_name (rowid, folded, name) VALUES (9, 'a', 'a')": "public projection has",
    "UPDATE public_name_content SET c0 = 'other'": "damaged",
    "UPDATE public_version SET number = 0": "not counted",
    """INSERT INTO public_feature
       SELECT 999, 'sites', 'ghost', source_id, rank, digest, NULL, columns
       FROM public_feature LIMIT 1""": "public projection has",
}


@pytest.fixture
def sabotaged(store, store_url, put, delete, site):
    """Fill a store of two live features, a hidden and a deleted one; return a way to spoil it."""
    put(site(1), site(2, geometry=shapely.Point(30, 60)), site(3, visibility=Visibility.HIDDEN))
    put(site(1, "Fortress"), site(4))
    delete(site(4))
    assert store.check() == []

    def spoil(statement):
        connection = apsw.Connection(str(sqlite_path(store_url)))
        connection.execute(statement)
        connection.close()
        return store.check()

    return spoil


@pytest.mark.parametrize("statement", SABOTAGE)
def test_what_does_not_hold_together_is_said(sabotaged, statement):
    faults = sabotaged(statement)
    assert any(SABOTAGE[statement] in fault for fault in faults), faults
    assert all(fault.endswith(".") for fault in faults)


def test_an_empty_store_is_well(store):
    assert store.check() == []
