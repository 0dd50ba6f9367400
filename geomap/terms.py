"""Closed vocabularies: every code that a record may hold, with its English label.

The label is the message that `geomap.i18n` translates, in the context of its vocabulary. A new
code is one line here and one entry in each `locale/<lang>.po`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """One concept: the code that is stored, the English label that is shown."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A closed list of terms, in the order in which a person should read them."""

    id: str
    codes: tuple[Term, ...]

    def term(self, code: str) -> Term | None:
        """Return the term of this code, or None."""
        return next((term for term in self.codes if term.code == code), None)

    def __contains__(self, code: object) -> bool:
        return any(term.code == code for term in self.codes)


_LABELS: Mapping[str, Mapping[str, str]] = {
    # Sites
    "kind": {
        "worship": "Places of worship",
        "defence": "Fortifications",
        "archaeology": "Archaeology",
        "culture": "Museums, theatres, memorials",
        "building": "Buildings and structures",
        "landscape": "Parks and landscapes",
        "nature": "Natural heritage",
    },
    "object_kind": {
        "single_object": "Single object",
        "ensemble": "Ensemble",
        "place_of_interest": "Place of interest",
        "archaeological_site": "Archaeological site",
        "cultural_landscape": "Cultural landscape",
        "route": "Route",
        "area": "Area",
        "venue": "Venue",
        "event_place": "Place of an event",
        "lost_object": "Lost object",
    },
    "resource_class": {
        "cultural_heritage": "Cultural heritage",
        "natural_heritage": "Natural heritage",
        "spaces_facilities": "Spaces and facilities",
        "cultural_industry": "Cultural industry",
        "community_organisation": "Community organisation",
        "festival_event": "Festival or event",
        "intangible_heritage": "Intangible heritage",
    },
    "country_basis": {
        "stated": "Stated by the source",
        "within": "Within its borders",
        "nearest": "Nearest country",
    },
    "designation_scheme": {
        "ru_egrokn": "Unified State Register of Cultural Heritage (Russia)",
        "ru_identified": "Identified cultural heritage object (Russia)",
        "fi_mjreki": "Register of Ancient Monuments (Finland)",
        "fi_building_protection": "Building protection (Finland)",
        "fi_rky": "Nationally Significant Built Cultural Environment, RKY (Finland)",
        "ee_register": "National Register of Cultural Monuments (Estonia)",
        "se_fornlamning": "Ancient monument (Sweden)",
        "se_byggnadsminne": "Listed building (Sweden)",
        "no_register": "Cultural heritage register (Norway)",
        "lv_register": "Register of protected cultural monuments (Latvia)",
        "lt_register": "Register of Cultural Property (Lithuania)",
        "pl_register": "Register of monuments (Poland)",
        "de_land": "List of monuments of a federal state (Germany)",
        "gb_nhle": "National Heritage List for England",
        "fr_merimee": "Historic monument (France)",
        "unesco_whs": "UNESCO World Heritage List",
        "unesco_tentative": "UNESCO Tentative List",
        "unesco_ich": "UNESCO lists of intangible cultural heritage",
        "eu_heritage_label": "European Heritage Label",
        "coe_route": "Cultural Route of the Council of Europe",
        "local_list": "Local list",
        "other": "Other list",
    },
    "designation_level": {
        "world": "World",
        "european": "European",
        "national": "National",
        "regional": "Regional",
        "municipal": "Municipal",
        "candidate": "Candidate",
        "none": "None",
    },
    "designation_status": {
        "proposed": "Proposed",
        "in_force": "In force",
        "amended": "Amended",
        "suspended": "Suspended",
        "revoked": "Revoked",
        "expired": "Expired",
        "unknown": "Unknown",
    },
    "unesco_category": {"cultural": "Cultural", "natural": "Natural", "mixed": "Mixed"},
    "condition": {
        "good": "Good",
        "fair": "Fair",
        "poor": "Poor",
        "very_bad": "Very bad",
        "destroyed": "Destroyed",
        "not_accessible": "Not accessible",
        "unknown": "Unknown",
    },
    "location_precision": {
        "exact_point": "Exact point",
        "boundary": "Boundary",
        "building": "Building",
        "street": "Street",
        "named_place": "Named place",
        "locality": "Locality",
        "municipality": "Municipality",
        "region": "Region",
        "country": "Country",
        "unknown": "Unknown",
    },
    # Cities
    "municipality_type": {
        "city": "City",
        "town": "Town",
        "urban_district": "Urban district",
        "municipal_district": "Municipal district",
        "rural_municipality": "Rural municipality",
        "county": "County",
        "region": "Region",
        "federal_city": "Federal city",
        "other": "Other",
    },
    "city_status": {
        "existing": "Existing",
        "merged": "Merged",
        "split": "Split",
        "renamed": "Renamed",
        "abolished": "Abolished",
    },
    # Regions
    "region_type": {
        "euroregion": "Euroregion",
        "eurodistrict": "Eurodistrict",
        "egtc": "European grouping of territorial cooperation (EGTC)",
        "interreg_programme_area": "Cross-border programme area",
        "working_community": "Working community",
        "macro_region": "Macro-region",
        "twin_city_agglomeration": "Twin-city agglomeration",
        "historic_region": "Historic region",
        "association_area": "Area of an association",
        "other": "Other",
    },
    "legal_form": {
        "none": "None",
        "association_private_law": "Association under private law",
        "public_law_body": "Body under public law",
        "egtc": "European grouping of territorial cooperation (EGTC)",
        "treaty_body": "Body under a treaty",
        "programme": "Programme",
        "informal": "Informal",
    },
    "region_status": {
        "planned": "Planned",
        "active": "Active",
        "dormant": "Dormant",
        "suspended": "Suspended",
        "closed": "Closed",
        "dissolved": "Dissolved",
        "unknown": "Unknown",
    },
    # Twin-city pairs
    "status": {
        "active": "Active",
        "low_activity": "Low activity",
        "dormant": "Dormant",
        "new": "New",
        "suspended": "Suspended",
        "terminated": "Terminated",
        "expired": "Expired",
        "lapsed_by_merger": "Lapsed by merger",
        "active_without_agreement": "Active without agreement",
        "unknown": "Unknown",
    },
    "pair_type": {
        "partnership": "Twin-city partnership",
        "friendship": "Friendship",
        "contact": "Contact",
        "project_partnership": "Project partnership",
        "neighbour_city": "Neighbouring cities",
        "memorandum": "Memorandum",
        "multilateral_member": "Members of a multilateral agreement",
        "other": "Other",
    },
    "side": {"a": "First city", "b": "Second city", "both": "Both cities"},
    "hosts": {
        "a": "In the first city",
        "b": "In the second city",
        "both": "In both cities",
        "online": "Online",
    },
    "agreement_type": {
        "treaty_agreement": "Partnership agreement",
        "friendship_agreement": "Friendship agreement",
        "cooperation_agreement": "Cooperation agreement",
        "memorandum": "Memorandum",
        "protocol_of_intent": "Protocol of intent",
        "declaration": "Declaration",
        "action_plan": "Action plan",
        "annex": "Annex",
        "renewal": "Renewal",
        "termination_notice": "Notice of termination",
        "other": "Other",
    },
    "term_type": {
        "indefinite": "Indefinite",
        "fixed": "Fixed term",
        "auto_renewing": "Renewed automatically",
        "until_project_end": "Until the end of a project",
        "not_stated": "Not stated",
    },
    "agreement_status": {
        "draft": "Draft",
        "signed_not_in_force": "Signed, not in force",
        "in_force": "In force",
        "expired": "Expired",
        "suspended": "Suspended",
        "terminated": "Terminated",
        "superseded": "Superseded",
        "lapsed_by_merger": "Lapsed by merger",
        "unknown": "Unknown",
    },
    "status_reason": {
        "term_ended": "End of the term",
        "unilateral_notice": "Notice by one side",
        "mutual": "Mutual consent",
        "political_decision": "Political decision",
        "sanctions_or_restrictions": "Sanctions or restrictions",
        "municipal_merger": "Merger of municipalities",
        "no_activity": "No activity",
        "no_funding": "No funding",
        "replaced": "Replaced by another document",
        "legal_change": "Change of law",
        "unknown": "Reason unknown",
    },
    "activity_type": {
        "school_exchange": "School exchange",
        "youth_exchange": "Youth exchange",
        "cultural_event": "Cultural event",
        "festival_trip": "Trip to a festival",
        "exhibition": "Exhibition",
        "sport_event": "Sports event",
        "music_exchange": "Music exchange",
        "expert_visit": "Expert visit",
        "training": "Training",
        "joint_project": "Joint project",
        "joint_event": "Joint event",
        "business_mission": "Business mission",
        "restoration_work": "Restoration work",
        "publication": "Publication",
        "online_workshop": "Online workshop",
        "volunteer_camp": "Volunteer camp",
        "humanitarian_aid": "Humanitarian aid",
        "greeting_letter": "Greeting letter",
        "protocol_visit_only": "Protocol visit only",
        "social_media_mention": "Mention in social media",
        "plaque_or_sign": "Plaque or sign",
        "agreement_renewal_only": "Renewal of the agreement only",
    },
    "confirmation_method": {
        "site_visit": "Visit",
        "document": "Document",
        "annual_report": "Yearly report",
        "register_match": "Entry in a register",
        "phone_email": "Telephone or e-mail",
        "other": "Other",
    },
    "cooperation_field": {
        "culture": "Culture",
        "heritage": "Heritage",
        "education": "Education",
        "youth": "Youth",
        "sport": "Sport",
        "economy_trade": "Economy and trade",
        "tourism": "Tourism",
        "environment": "Environment",
        "urban_planning": "Urban planning",
        "housing_utilities": "Housing and utilities",
        "social_care": "Social care",
        "health": "Health",
        "public_administration": "Public administration",
        "science_innovation": "Science and innovation",
        "digital": "Digital services",
        "transport": "Transport",
        "civil_protection": "Civil protection",
        "religion_interethnic": "Interreligious and interethnic relations",
        "veterans_memory": "Veterans and remembrance",
        "media": "Media",
        "volunteering": "Volunteering",
        "other": "Other",
    },
    # Every record
    "name_type": {
        "preferred": "Preferred name",
        "official": "Official name",
        "alternative": "Alternative name",
        "historic": "Historic name",
        "short": "Short name",
        "transliteration": "Transliteration",
        "translated": "Translated name",
        "nickname": "Nickname",
    },
    "visibility": {
        "public": "Public",
        "generalised": "Place generalised",
        "restricted": "Restricted",
        "hidden": "Hidden",
    },
}

VOCABULARIES: Mapping[str, Vocabulary] = {
    id: Vocabulary(id, tuple(Term(code, label) for code, label in labels.items()))
    for id, labels in _LABELS.items()
}

SUBSTANTIVE_ACTIVITIES = frozenset(
    term.code for term in VOCABULARIES["activity_type"].codes
) - frozenset(
    {
        "greeting_letter",
        "protocol_visit_only",
        "social_media_mention",
        "plaque_or_sign",
        "agreement_renewal_only",
    }
)
"""Activities that show a living partnership; courtesies do not."""

FAULT_CODES: Mapping[str, str] = {
    "GEOM_INVALID": "The geometry is not valid, for example a ring that crosses itself.",
    "GEOM_EMPTY": "The geometry is there but holds no coordinates.",
    "GEOM_TYPE_WRONG": "The layer does not take geometries of this type.",
    "PLACE_MISSING": "There is no place; the record is kept without geometry.",
    "PLACE_IMPOSSIBLE": "The place cannot be right, for example 0, 0 or a latitude beyond 90.",
    "CRS_MISSING": "The reference system of the coordinates is not known.",
    "AXIS_SWAPPED_SUSPECT": "Latitude and longitude seem to have changed places.",
    "OUT_OF_COUNTRY": "The place lies outside the country that the record states.",
    "REQUIRED_MISSING": "A value that every record needs is missing.",
    "COLUMN_UNKNOWN": "No field takes this column; it is kept among the extra values.",
    "ROW_RAGGED": "The row has more or fewer values than there are columns.",
    "ENUM_UNKNOWN": "The code is not one of the vocabulary.",
    "NUMBER_UNPARSABLE": "The value is not a number.",
    "NUMBER_OUT_OF_RANGE": "The number lies outside what the field can mean.",
    "DATE_UNPARSABLE": "The date is neither EDTF nor a reading that is known.",
    "LANG_INVALID": "The language is not a BCP 47 tag.",
    "COUNTRY_UNKNOWN": "The country is not an ISO 3166-1 alpha-2 code.",
    "URL_INVALID": "The address is not an http or https URL.",
    "VALUE_INVALID": "The value is not of the kind that the field holds.",
    "VALUE_TOO_LONG": "The value is longer than the field may be.",
    "LICENCE_MISSING": "The source states no licence.",
    "DUPLICATE_ID": "The record identifier occurs more than once.",
    "DUPLICATE_CANDIDATE": "Another record may be the same thing.",
    "RECOGNISED": "The record is known from another source already, whose record stays as it is.",
    "PREFERRED_TWICE": "Two preferred names share one language.",
    "REF_NOT_FOUND": "The record that is referred to does not exist.",
    "SAME_PLACE": "Two cities of a pair stand at one place; the pair is kept without its line.",
    "PAIR_OF_ONE": "Both ends of the pair are one city.",
    "CONFLICT_NEWER": "The stored record is newer than the one of the file.",
    "READ_ONLY": "The house fills this value; an edit cannot change it.",
    "NOT_ALLOWED": "The record lies outside the rights of the account.",
    "TEXT_ENCODING": "The bytes are not text in the stated or detected encoding.",
}
"""Codes of `geomap.model.Fault`, each with what it means."""
