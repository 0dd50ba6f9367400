"""The store answers filters with the rows that the read side's masks keep."""

import pytest
import shapely

from geomap.errors import ParameterInvalid
from geomap.model import Edit, EditKind
from layers.cql2.filter import filter_of
from layers.cql2.mask import filter_mask
from layers.cql2.queryables import queryables_of
from layers.snapshot import Follower

CONDITIONS = [
    "name = 'Castle'",
    "CASEI(name) LIKE 'c%'",
    "kind = 'defence' AND NOT rank > 50",
    "rank > 50 OR rank IS NULL",
    "dating_from < 1500",
    "T_INTERSECTS(dating, INTERVAL('1200-01-01', '1350-01-01'))",
    "T_BEFORE(dating, DATE('1900-01-01'))",
    "dating IS NULL",
    "S_INTERSECTS(geometry, BBOX(28, 60, 29, 61))",
    "S_DISJOINT(geometry, BBOX(28, 60, 29, 61))",
    "S_WITHIN(geometry, POLYGON((28 60, 29 60, 29 61, 28 60)))",
    "geometry IS NULL",
    "source_id = 'register'",
    "true",
    "false",
]


@pytest.fixture
def filled(store, site, source):
    def said(name, **more):
        return {"names": [{"value": name, "lang": "en", "type": "preferred"}], **more}

    castle = said("Castle", kind="defence", rank=90, dating_from=1293, dating_to=1293)
    church = said("cathedral", kind="worship", dating_from=1900)
    sites = [
        site(1, properties=castle),
        site(2, properties=church, geometry=shapely.Point(30.0, 60.0)),
        site(3, properties=said("Fort", rank=10), geometry=None),
    ]
    edits = [Edit(EditKind.PUT, one) for one in sites]
    store.write(edits, actor="tester", action="edit", sources=[source])
    return store


@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_store_keeps_what_the_masks_keep(filled, condition):
    asked = filter_of(condition, queryables_of("sites"))
    with Follower(filled).reading() as (snapshot, reader):
        table = snapshot.tables["sites"]
        kept = table.seqs[filter_mask(table, asked) & table.alive]
        assert reader.filtered("sites", asked) == sorted(kept.tolist())


def test_what_only_the_read_side_computes_is_refused_by_name(filled):
    asked = filter_of("A_CONTAINS(region_ids, ('x'))", queryables_of("sites"))
    with filled.public() as reader, pytest.raises(ParameterInvalid, match="region_ids"):
        reader.filtered("sites", asked)
