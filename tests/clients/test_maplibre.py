"""MapLibre GL in Chromium, with WebGL on the processor, draws the tiles and the styles."""

from pathlib import Path

import numpy as np
import pytest

from layers.catalog import LAYERS

SCRIPT = Path(__file__).parent / "node_modules" / "maplibre-gl" / "dist" / "maplibre-gl.js"
DRAWN = """
async ([style, center, zoom]) => {
  const box = document.createElement('div')
  box.style = 'width: 800px; height: 600px'
  document.body.replaceChildren(box)
  const map = new maplibregl.Map({ container: box, style, center, zoom, attributionControl: false })
  const faults = []
  map.on('error', ({ error }) => faults.push(String(error)))
  await new Promise((done) => map.once('idle', done))
  const ids = new Set()
  for (const { properties } of map.queryRenderedFeatures()) ids.add(properties.id)
  const counted = map.queryRenderedFeatures().reduce(
    (sum, { properties }) => sum + (properties.count ?? 1), 0)
  const layers = [...new Set(map.queryRenderedFeatures().map(({ layer }) => layer.id))]
  map.remove()
  return { ids: [...ids], counted, layers, faults }
}
"""


@pytest.fixture
def drawn(blank):
    """Draw a style at a place and a zoom; say which features are to be seen."""
    if not SCRIPT.is_file():
        pytest.skip("`make clients` has not been run.")
    blank.add_script_tag(content=SCRIPT.read_text())
    return lambda style, center=(25, 55), zoom=0: blank.evaluate(DRAWN, [style, list(center), zoom])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_maplibre_draws_the_whole_map(server, drawn, theme):
    told = drawn(f"{server}/styles/{theme}", center=(25, 58), zoom=3)
    assert told["faults"] == []
    assert {"earth", "sites", "cities", "twins", "regions"} <= set(told["layers"])


@pytest.mark.parametrize("layer", ["sites", "cities"])
def test_maplibre_draws_every_place_of_a_collection(server, drawn, held, snapshot, layer):
    """At zoom 0 the world is one tile, and clusters in it count all that have a place."""
    style = {
        "version": 8,
        "sources": {
            "of": {
                "type": "vector",
                "url": f"{server}/collections/{layer}/tiles/WebMercatorQuad/tilejson.json",
            }
        },
        "layers": [
            {"id": layer, "type": "circle", "source": "of", "source-layer": layer},
        ],
    }
    told = drawn(style, center=(0, 0), zoom=0)
    table = snapshot.tables[layer]
    placed = int(np.isfinite(table.lnglats()[table.rows()][:, 0]).sum())
    assert told["faults"] == []
    assert told["counted"] == placed <= len(held(layer))


@pytest.mark.parametrize("layer", LAYERS)
def test_maplibre_draws_the_style_of_a_collection(server, drawn, layer):
    told = drawn(f"{server}/collections/{layer}/styles/light", center=(25, 58), zoom=4)
    assert told["faults"] == []
    assert any(one.startswith(layer) for one in told["layers"])
