"""What fields, roles and kinds of links are called on pages."""

from __future__ import annotations

from collections.abc import Mapping

from geomap.i18n import marked as _

FIELDS: Mapping[str, str] = {
    "id": _("Id"),
    "geometry": _("Place"),
    "name": _("Name"),
    "names": _("Names"),
    "description": _("Description"),
    "kind": _("Kind"),
    "object_kind": _("Form"),
    "resource_class": _("Family"),
    "type_text": _("Type in the words of the source"),
    "country": _("Country"),
    "country_basis": _("How the country is known"),
    "countries": _("Countries"),
    "municipality": _("Municipality"),
    "dating": _("Dating"),
    "dating_text": _("Dating in the words of the source"),
    "designations": _("Designations"),
    "protection": _("Protection"),
    "condition": _("Condition"),
    "location_precision": _("What the point stands for"),
    "accuracy_m": _("Accuracy, m"),
    "unesco_criteria": _("Criteria"),
    "unesco_category": _("Category"),
    "inscribed": _("Inscribed"),
    "in_danger": _("In danger"),
    "transboundary": _("In several states"),
    "area_ha": _("Area, ha"),
    "coordinate_uncertainty_m": _("Uncertainty of the place, m"),
    "region_ids": _("Regions"),
    "region_type": _("Type"),
    "legal_form": _("Legal form"),
    "region_status": _("State"),
    "status_text": _("State in the words of the source"),
    "period": _("Period"),
    "members": _("Members"),
    "boundary_statement": _("Outline"),
    "geometry_source": _("Source of the outline"),
    "subdivision": _("Subdivision"),
    "codes": _("Codes"),
    "municipality_type": _("Kind of municipality"),
    "city_status": _("State of the municipality"),
    "population": _("Inhabitants"),
    "population_year": _("Year of the count"),
    "founded": _("Founded"),
    "twin_count": _("Twin cities"),
    "city_a": _("One city"),
    "city_b": _("The other city"),
    "country_a": _("One country"),
    "country_b": _("The other country"),
    "distance_km": _("Distance, km"),
    "pair_type": _("Kind of relation"),
    "established": _("Established"),
    "ended": _("Ended"),
    "agreements": _("Agreements"),
    "activities": _("Activities"),
    "confirmations": _("Confirmations"),
    "status_events": _("What became of it"),
    "fields_of_cooperation": _("Fields of cooperation"),
    "status": _("State"),
    "status_as_of": _("State as of"),
    "because": _("Why"),
    "last_activity_on": _("Last activity"),
    "vitality": _("Vitality"),
    "rank": _("Importance"),
    "source": _("Source"),
    "source_url": _("Record at the source"),
    "source_id": _("Id of the source"),
    "record_id": _("Number at the source"),
    "as_of": _("As of"),
    "licence": _("Licence"),
    "attribution": _("Credit"),
    "external_ids": _("The same elsewhere"),
    "photos": _("Photos"),
    "extra": _("Other columns of the source"),
}
"""Field → its title. What is not here is told in other formats only, or is part of something."""

PARTS: Mapping[str, str] = {
    "alt": _("What the photo shows"),
    "author": _("Author"),
    "caption": _("Caption"),
    "code": _("Code"),
    "country": _("Country"),
    "date": _("Date"),
    "doc_type": _("Kind of document"),
    "end": _("End"),
    "hosts": _("Where"),
    "level": _("Level"),
    "licence": _("Licence"),
    "method": _("How"),
    "name": _("Name"),
    "note": _("Note"),
    "reason": _("Reason"),
    "ref": _("Mark"),
    "reference": _("Number"),
    "role": _("Role"),
    "scheme": _("List"),
    "side": _("Side"),
    "signed_on": _("Signed"),
    "since": _("Since"),
    "source_url": _("Source"),
    "start": _("Start"),
    "status": _("State"),
    "status_events": _("What became of it"),
    "term_type": _("Term"),
    "title": _("Title of the document"),
    "type": _("Type"),
    "unit_source": _("Source of the boundary"),
    "valid_until": _("Valid until"),
    "value": _("Value"),
}
"""Part of a field that holds objects → its title."""

UNKEPT: Mapping[str, str] = {
    "drafts-full": _(
        "You have as many drafts as are kept, so this is not kept as one: save or discard another."
    ),
    "": _(
        "What you typed could not be kept as a draft: do not leave this page before it is saved."
    ),
    "draft-too-large": _("This is longer than a draft may be, so it is not kept as one."),
}
"""Problem of keeping a draft → what the form says."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "sites": ("kind", "country", "municipality", "dating", "protection"),
    "cities": ("country", "population", "municipality_type", "twin_count"),
    "regions": ("region_type", "region_status", "countries", "period"),
    "twins": ("status", "country_a", "country_b", "established", "distance_km"),
}
"""Layer → what its table shows, beside the name."""

DESCRIPTIONS: tuple[str, ...] = (
    _("Cultural sites"),
    _("Buildings, monuments, archaeology, museums and landscapes of shared culture."),
    _("Cities"),
    _("Cities and municipalities that hold twin-city agreements."),
    _("Cross-border regions"),
    _("Euroregions, programme areas and other regions across a border."),
    _("Twin-city pairs"),
    _("Partnerships of two cities, as great-circle lines, with their status and why."),
    _("Cultural sites, cross-border regions, cities and twin-city pairs."),
    _("geomap contributors; each site names its source"),
    _("geomap contributors; each city names its source"),
    _("geomap contributors; each region names its source"),
    _("geomap contributors; each pair names its source"),
)
"""What the layers and the landing page say of themselves."""

KINDS: Mapping[str, str] = {
    "landingPage": _("Open data"),
    "conformance": _("Standards kept to"),
    "collections": _("Collections"),
    "schema": _("Fields"),
    "openapi": _("The interface, described"),
    "styles": _("Styles"),
    "tileSets": _("Vector tiles"),
    "tileSet": _("Vector tiles"),
    "tileMatrixSets": _("Tile grids"),
    "facets": _("Counts"),
    "hits": _("Search results"),
    "problemType": _("What an error means"),
    "signIn": _("Sign in"),
    "password": _("Choose a password"),
    "account": _("Your account"),
    "exposure": _("Who may see it"),
    "notices": _("Notices"),
    "feedAddress": _("Address of your feed"),
    "history": _("History of changes"),
    "suggestion": _("Suggestion"),
    "suggestions": _("Your suggestions"),
    "queue": _("Suggestions to decide"),
    "writes": _("My changes"),
    "write": _("A change"),
    "importInto": _("Import a file"),
    "importForm": _("Import a file"),
    "import": _("What the import would do"),
    "restoration": _("Restore a version"),
    "reviewQueue": _("Suggestions to decide"),
    "reviewOne": _("Suggestion"),
}
"""Kind of document → its title, where the document itself has none."""

FORMATS: Mapping[str, str] = {
    "application/json": "JSON",
    "application/schema+json": "JSON Schema",
    "application/geo+json": "GeoJSON",
    "application/vnd.ogc.fg+json": "JSON-FG",
    "application/ld+json": "Linked Places",
    "application/vnd.oai.openapi+json": "OpenAPI",
    "application/vnd.mapbox-vector-tile": "Mapbox Vector Tile",
    "text/html": "HTML",
}
"""Media type → its name, which is the same in every language."""

DOORS: Mapping[str, tuple[str, str]] = {
    "data": (_("Collections"), _("Sites, cities, regions and pairs as tables, maps and files.")),
    "service-desc": (_("The interface, described"), _("OpenAPI: every address and parameter.")),
    "conformance": (_("Standards kept to"), _("The OGC classes that this interface fulfils.")),
    "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector": (
        _("Vector tiles"),
        _("The same data as tiles, for maps of your own."),
    ),
}
"""Relation of a link of the landing page → its title, and what lies behind it."""

STATUSES: Mapping[str, str] = {
    "waiting": _("Waiting"),
    "returned": _("Returned"),
    "approved": _("Approved"),
    "rejected": _("Rejected"),
    "withdrawn": _("Withdrawn"),
}
"""Where a suggestion has come to → in words."""

SUGGESTED: Mapping[str, str] = {
    "create": _("New record"),
    "change": _("Correction"),
    "delete": _("Deletion"),
}
"""Kind of suggestion → what it is called."""

SUGGEST: Mapping[str, str] = {
    "sites": _("Suggest a site"),
    "cities": _("Suggest a city"),
    "regions": _("Suggest a cross-border region"),
    "twins": _("Suggest a twin pair"),
}
"""Layer → what its form for suggestions is called."""

ADD: Mapping[str, str] = {
    "sites": _("Add a site"),
    "cities": _("Add a city"),
    "regions": _("Add a cross-border region"),
    "twins": _("Add a twin pair"),
}
"""Layer → what its new record is called."""

ACTIONS: Mapping[str, str] = {
    "create": _("Made"),
    "change": _("Changed"),
    "edit": _("Changed"),
    "visibility": _("Shown to others than before"),
    "delete": _("Deleted"),
    "restore": _("An earlier version restored"),
    "undo": _("A change undone"),
    "import": _("Imported"),
    "bulk": _("Many changed at once"),
    "approve": _("Suggestions accepted"),
    "reject": _("Suggestions rejected"),
    "return": _("Suggestions returned"),
}
"""What a write is called in the log → in words."""

OFFERED: Mapping[str, str] = {
    "edit": _("Edit this record"),
    "visibility": _("Who may see it"),
    "history": _("History of changes"),
    "suggest": _("Suggest a correction"),
    "review": _("Review suggestions"),
    "suggestions": _("My suggestions"),
    "changes": _("My changes"),
    "notices": _("Notices"),
    "import": _("Import a file"),
}
"""Relation of a link that rights open → what it is called."""
