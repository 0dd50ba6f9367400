"""Add, edit, move and delete a site from QGIS: `python3 qgis_editing.py ADDRESS TOKEN`, by hand.

For QGIS 3.40 or newer, which writes to OGC API Features; CI has 3.22, which only reads. It works in
degrees and in EPSG:3067, and leaves nothing behind.
"""

import os
import sys
import tempfile

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QGIS_AUTH_DB_DIR_PATH"] = tempfile.mkdtemp()  # not among the reader's own passwords
from qgis.core import (
    Qgis,
    QgsApplication,
    QgsAuthMethodConfig,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsVectorLayer,
)

PLACES = {"OGC:CRS84": (28.5, 61.2, 0.01), "EPSG:3067": (595_000.0, 6_780_000.0, 100.0)}


def main(address: str, token: str) -> None:
    application = QgsApplication([], False)
    application.initQgis()
    print("QGIS", Qgis.version())
    manager = QgsApplication.authManager()
    manager.setMasterPassword("only for this run", True)
    config = QgsAuthMethodConfig()
    config.setName("geomap")
    config.setMethod("Basic")
    config.setConfig("username", "qgis")
    config.setConfig("password", token)
    manager.storeAuthenticationConfig(config)
    for crs in PLACES:
        edited(address, config.id(), crs)


def edited(address: str, auth: str, crs: str) -> None:
    def opened() -> QgsVectorLayer:
        named = "" if crs == "OGC:CRS84" else f" srsname='{crs}'"
        uri = f"url='{address}' typename='sites' pageSize='1000' authcfg='{auth}'{named}"
        return QgsVectorLayer(uri, "sites", "OAPIF")

    def called(layer: QgsVectorLayer, name: str) -> list[QgsFeature]:
        return [feature for feature in layer.getFeatures() if feature["name"] == name]

    east, north, step = PLACES[crs]
    layer = opened()
    count = layer.featureCount()
    site = QgsFeature(layer.fields())
    site.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(east, north)))
    site["name"], site["kind"] = "From QGIS", "building"
    layer.startEditing()
    layer.addFeature(site)
    print(crs, "add", layer.commitChanges(), layer.commitErrors())

    layer = opened()
    [made] = called(layer, "From QGIS")
    layer.startEditing()
    layer.changeAttributeValue(made.id(), layer.fields().indexOf("name"), "Edited in QGIS")
    layer.changeGeometry(made.id(), QgsGeometry.fromPointXY(QgsPointXY(east + step, north)))
    print(crs, "edit and move", layer.commitChanges(), layer.commitErrors())

    layer = opened()
    [moved] = called(layer, "Edited in QGIS")
    print(crs, "stands at", moved.geometry().asWkt(3))
    layer.startEditing()
    layer.deleteFeature(moved.id())
    print(crs, "delete", layer.commitChanges(), layer.commitErrors())
    print(crs, "before and after", count, opened().featureCount())


if __name__ == "__main__":
    main(*sys.argv[1:])
