"""The historic monuments of France: the base Mérimée of the Ministry of Culture."""

from __future__ import annotations

from datetime import date

from geomap.model import Source
from layers.imports.convert import Rules, words_of
from layers.imports.profile import Profile, Take

KINDS: Rules = (
    (
        "culture",
        words_of(
            "monument aux morts|monument|théâtre|musée|statue|cinéma|opéra|bibliothèque|tombeau|"
            "tombe |colonne|stèle|obélisque|mausolée|mémorial|nécropole nationale|"
            "salle de spectacle|kiosque|cirque|arc de triomphe"
        ),
    ),
    (
        "worship",
        words_of(
            "église|eglise|chapelle|cathédrale|abbaye|prieuré|couvent|basilique|temple|synagogue|"
            "mosquée|croix|calvaire|presbytère|monastère|oratoire|collégiale|cloître|chartreuse|"
            "commanderie|baptistère|reposoir|ossuaire|sanctuaire|évêché|evêché|ermitage|crypte|"
            "clocher"
        ),
    ),
    (
        "archaeology",
        words_of(
            "dolmen|menhir|tumulus|grotte|oppidum|site archéologique|archéologique|gallo-romain|"
            "préhistorique|allée couverte|alignement|cromlech|gisement|villa gallo|"
            "aqueduc romain|thermes|amphithéâtre|arènes|abri |abris |protohistor|cupules|"
            "roches gravées|voies romaines|camp romain|antique|polissoir|nécropole|éperon|"
            "vestiges|motte|mégalith"
        ),
    ),
    (
        "defence",
        words_of(
            "château fort|fort |forts |fortin|forteresse|citadelle|enceinte|rempart|tour |tours |"
            "donjon|bastion|batterie|caserne|porte de ville|blockhaus|redoute|fortification|"
            "maison forte"
        ),
    ),
    (
        "landscape",
        words_of("jardin|parc|promenade|square|place|cimetière|domaine"),
    ),
    (
        "building",
        words_of(
            "maison|immeuble|hôtel|château|manoir|ferme|moulin|pont|villa|usine|halle|mairie|"
            "fontaine|palais|logis|gare|lycée|collège|école|ecole|hôpital|hospice|grange|lavoir|"
            "phare|puits|pavillon|aqueduc|viaduc|colombier|pigeonnier|borne|préfecture|bâtiment|"
            "magasin|boulangerie|café|banque|ensemble|cité|prison|tribunal|thermal|barrage|canal|"
            "écluse|four|forge|haras|hôtel-dieu|pharmacie|piscine|porte|portail|station|"
            "propriété|marché|habitation|beffroi|séminaire|manufacture|poste|demeure|cheminée|"
            "atelier|grenier|auberge|boutique|passage|casino|observatoire|bains|résidence|chalet|"
            "filature|brasserie|bourse|groupe|restaurant|rotonde|institut|tuilerie|relais|"
            "carrière|mine |mines |chateau|hotel|cabane|bergerie"
        ),
    ),
)

MERIMEE = Profile(
    name="merimee",
    layer="sites",
    source=Source(
        id="fr-merimee",
        title="Immeubles protégés au titre des monuments historiques (base Mérimée)",
        publisher="Ministère de la Culture",
        licence="etalab-2.0",
        url="https://www.pop.culture.gouv.fr/",
        # The edition that the profile was made with states no date anywhere.
        as_of=date(2026, 1, 1),
        attribution="Ministère de la Culture, base Mérimée (date of the state assumed)",
    ),
    record=("ref",),
    takes=(
        Take("name", "names", "name", {"lang": "fr"}),
        Take("name", "kind", "words", {"rules": KINDS}),
        Take("period_note", "dating", "years"),
        Take("period_note", "dating_text"),
        Take("ref", "designations.reference"),
        Take(
            "ref",
            "source_url",
            "address",
            {"form": "https://www.pop.culture.gouv.fr/notice/merimee/{}"},
        ),
        # `date` is left to `extra`: every value is of January 1970, whatever the protection's is.
    ),
    constants=(
        ("resource_class", "cultural_heritage"),
        ("country", "FR"),
        ("country_basis", "stated"),
        ("rank", 55.0),
        ("designations.scheme", "fr_merimee"),
        ("designations.value", "Monument historique"),
        ("designations.level", "national"),
        ("designations.status", "in_force"),
    ),
    x="lon",
    y="lat",
)
