"""The Folium map: our figure around it, our assets in it, no style and no data of Folium's own."""

from __future__ import annotations

from typing import Any

import folium
from branca.element import CssLink, Element, Figure, JavascriptLink
from folium.template import Template

from web.assets import script_names, script_url, style_url, vendor_url

MAP_STYLES = ("tokens.css", "map.css", "shell.css", "print.css")


class Page(Figure):
    """The document: language, title, nonce, a viewport that people may zoom, one `main`."""

    _template = Template("""<!DOCTYPE html>
<html lang="{{ this.lang }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
{{ this.header.render(**kwargs) }}
</head>
<body>
{{ this.banner.render(**kwargs) }}
<main class="stage" id="stage">
{{ this.html.render(**kwargs) }}
</main>
{{ this.tail.render(**kwargs) }}
<script nonce="{{ this.nonce }}">
{{ this.script.render(**kwargs) }}
</script>
</body>
</html>
""")

    def __init__(self, lang: str, nonce: str) -> None:
        super().__init__()
        self.lang = lang
        self.nonce = nonce
        self.banner = Element()
        self.tail = Element()
        self.header._children.clear()


class TwinMap(folium.Map):
    """A Leaflet map named `map_main`, with local assets, whose looks are in the style sheets.

    Args:
        page: The figure that it stands in.
        view: Latitude, longitude and zoom of the first view, where the address gives none.
        label: What the map is called to those who do not see it.
    """

    def __init__(self, page: Page, view: tuple[float, float, int], label: str) -> None:
        lat, lng, zoom = view
        super().__init__(
            location=[lat, lng],
            zoom_start=zoom,
            tiles=None,
            zoom_control=False,
            minZoom=2,
            maxZoom=18,
            worldCopyJump=True,
            attributionControl=False,
        )
        self._id = "main"
        # Lists of its own: Folium's are shared by every map of the process, and name CDNs.
        self.default_js = []
        self.default_css = []
        self.label = label
        page.add_child(self)

    def render(self, **kwargs: Any) -> Any:
        """Put the map into its page; Folium's inline styles and scripts are replaced."""
        super().render(**kwargs)  # type: ignore[no-untyped-call]
        page: Any = self.get_root()
        name = self.get_name()
        page.header.add_child(_Head(), name=name)
        page.html.add_child(_Region(name, self.label), name=name)


class _Head(Element):
    """Style sheets and scripts: Leaflet's, the base map's, ours; modules are fetched early."""

    def __init__(self) -> None:
        super().__init__()
        self.add_child(CssLink(vendor_url("leaflet", "leaflet.css")), name="leaflet_css")
        for style in MAP_STYLES:
            self.add_child(CssLink(style_url(style)), name=style)
        self.add_child(JavascriptLink(script_url("theme.js")), name="theme")
        self.add_child(JavascriptLink(vendor_url("leaflet", "leaflet.js")), name="leaflet")
        protomaps = vendor_url("protomaps-leaflet", "protomaps-leaflet.js")
        self.add_child(JavascriptLink(protomaps), name="protomaps")
        for module in script_names():
            if module != "theme.js":
                link = f'<link rel="modulepreload" href="{script_url(module)}">'
                self.add_child(Element(link), name=module)


class _Region(Element):
    """The map's place in the page."""

    _template = Template("""<section class="map-region" aria-label="{{ this.label|e }}">
<div class="folium-map" id="{{ this.map_name }}"></div>
</section>""")

    def __init__(self, map_name: str, label: str) -> None:
        super().__init__()
        self.map_name = map_name
        self.label = label
