"""The address subrecord: the country decides which states there are."""

from __future__ import annotations

from typing import Any

from consumer.sandbox.profile import Profile
from consumer.sandbox.suitescript.errors import invalid_value
from consumer.sandbox.suitescript.fields import ADDRESS
from consumer.sandbox.suitescript.fieldset import FieldSet

# ISO 3166-1 alpha-2.
_ISO_COUNTRIES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW
BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI
FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN
IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME
MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF
PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV
SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK
YE YT ZA ZM ZW
"""
# Countries whose states NetSuite keeps as a list; everywhere else a state is free text.
_US_STATES = """
AK AL AR AZ CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ NM NV NY
OH OK OR PA PR RI SC SD TN TX UT VA VT WA WI WV WY
"""
_CA_STATES = "AB BC MB NB NL NS NT NU ON PE QC SK YT"
_COUNTRIES = frozenset(_ISO_COUNTRIES.split())
_STATES = {"US": frozenset(_US_STATES.split()), "CA": frozenset(_CA_STATES.split())}


class Address(FieldSet):
    """One address; country first, since it empties the state."""

    def __init__(self, profile: Profile, country: str) -> None:
        super().__init__(ADDRESS, profile)
        self.values["country"] = country

    def put(self, field_id: str, raw: Any) -> bool:
        """Hold a value; raises INVALID_FLD_VALUE for a country or state that is not in NetSuite's lists."""
        if field_id == "country":
            return self._put_country(raw)
        states = _STATES.get(self.text("country") or "")
        if field_id == "state" and raw and states is not None and raw not in states:
            raise invalid_value("state", raw)
        return super().put(field_id, raw)

    def _put_country(self, raw: Any) -> bool:
        if raw not in _COUNTRIES:
            raise invalid_value("country", raw)
        if raw != self.values.get("country"):
            self.values.pop("state", None)
        return super().put("country", raw)
