"""What QGIS is asked to do, in its own Python: one function a task, its answer as JSON.

Debian's QGIS comes with Debian's Python, which knows nothing of this project's environment.
"""

import json
import sys

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeatureRequest,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorTileLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

BOX = QgsRectangle(24, 60, 30, 62)


def read(server, layer):
    """Read a collection by small pages, filtered by a box, and by a subset string."""
    source = f"url='{server}' typename='{layer}' pageSize='25'"
    sites = QgsVectorLayer(source, layer, "OAPIF")
    if not sites.isValid():
        return {"valid": False, "error": sites.dataProvider().error().message()}
    every = ids(sites.getFeatures())
    boxed = ids(sites.getFeatures(QgsFeatureRequest().setFilterRect(BOX)))
    taken = sites.setSubsetString("country = 'FI'")
    return {
        "valid": True,
        "counted": len(every),
        "ids": every,
        "boxed": boxed,
        "taken": taken,
        "subset": ids(sites.getFeatures()),
        "fields": [field.name() for field in sites.fields()],
    }


def ids(features):
    return sorted(str(feature["id"]) for feature in features)


def draw_tiles(server, path):
    """Draw vector tiles of the sites; count what is drawn of them."""
    source = f"type=xyz&url={server}{path}&zmin=0&zmax=14"
    tiles = QgsVectorTileLayer(source, "tiles")
    return {"valid": tiles.isValid(), "inked": inked([tiles], QgsRectangle(20, 58, 32, 64))}


def open_project(path):
    """Open a project file, say what is in it, and draw it."""
    project = QgsProject.instance()
    opened = project.read(path)
    layers = list(project.mapLayers().values())
    return {
        "opened": opened,
        "error": project.error(),
        "layers": {layer.name(): told(layer) for layer in layers},
        "order": [layer.name() for layer in project.layerTreeRoot().layerOrder()],
        "inked": {layer.name(): inked([layer], QgsRectangle(-12, 34, 45, 72)) for layer in layers},
    }


def open_definition(path):
    """Add the layers of a layer-definition file to an empty project."""
    from qgis.core import QgsLayerDefinition

    project = QgsProject.instance()
    done, error = QgsLayerDefinition.loadLayerDefinition(path, project, project.layerTreeRoot())
    layers = list(project.mapLayers().values())
    return {
        "opened": done,
        "error": error,
        "layers": {layer.name(): told(layer) for layer in layers},
        "inked": {layer.name(): inked([layer], QgsRectangle(-12, 34, 45, 72)) for layer in layers},
    }


def told(layer):
    if isinstance(layer, QgsVectorTileLayer):
        styles = [style.layerName() for style in layer.renderer().styles()]
        return {"valid": layer.isValid(), "source": layer.source(), "styles": styles}
    renderer = layer.renderer()
    by_value = renderer.type() == "categorizedSymbol"
    return {
        "valid": layer.isValid(),
        "source": layer.source(),
        "ids": ids(layer.getFeatures()) if layer.isValid() else [],
        "values": [one.value() for one in renderer.categories()] if by_value else [],
        "crs": layer.crs().authid(),
    }


def inked(layers, extent):
    """Return how many pixels of a picture of 400 × 400 are not white."""
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setBackgroundColor(QColor("white"))
    settings.setOutputSize(QSize(400, 400))
    settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    settings.setExtent(extent)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    white = QColor("white").rgb()
    return sum(image.pixel(x, y) != white for x in range(400) for y in range(400))


TASKS = {task.__name__: task for task in (read, draw_tiles, open_project, open_definition)}

if __name__ == "__main__":
    application = QgsApplication([], False)
    application.initQgis()
    answer = TASKS[sys.argv[1]](*sys.argv[2:])
    print()  # what QGIS itself has to say ends here
    print(json.dumps(answer))
    sys.stdout.flush()
