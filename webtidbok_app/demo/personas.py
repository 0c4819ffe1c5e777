"""The people of the demo. Every name is invented, and every number belongs to the test series.

The Swedish Tax Agency sets aside the serials 980–989 (born before 1990) and 238–239 (later) for test numbers;
the numbers here are made by that rule with a computed check digit.
"""

from dataclasses import dataclass

from webtidbok_app.domain.actor import Role
from webtidbok_app.domain.ids import PersonalNumber, with_check_digit

HEALTH_CENTRE = "bjorkens-vardcentral"
VACCINATION_CLINIC = "hamnens-vaccinationsmottagning"
CHILD_HEALTH_CENTRE = "solglantans-bvc"
SAMPLING_UNIT = "kvarnens-provtagning"
REHAB_CLINIC = "alvens-rehab"
REGION = "mellanbygd"
YOUTH_CLINIC = "kompassens-ungdomsmottagning"
NEW_CLINIC = "backens-fysioterapi"
MANY_AT_ONCE = "seglets-specialistmottagning"
CONNECTED_CLINIC = "angsbackens-vardcentral"


@dataclass(frozen=True)
class ResidentPersona:
    """A resident whom anybody can be in the demo."""

    key: str
    number: PersonalNumber
    given_name: str
    family_name: str
    about_sv: str
    about_en: str
    protected: bool = False

    @property
    def name(self) -> str:
        """The whole name."""
        return f"{self.given_name} {self.family_name}"


@dataclass(frozen=True)
class StaffPersona:
    """A member of staff whom anybody can be in the demo; without ``role`` somebody whom no clinic has added.

    ``clinic`` is a clinic's slug; None for the region. ``also`` are the commissions beside that, by clinic.
    """

    key: str
    hsa_id: str
    given_name: str
    family_name: str
    role: Role | None
    clinic: str | None
    about_sv: str
    about_en: str
    also: tuple[tuple[Role, str], ...] = ()

    @property
    def name(self) -> str:
        """The whole name."""
        return f"{self.given_name} {self.family_name}"

    @property
    def commissions(self) -> tuple[tuple[Role, str | None], ...]:
        """The roles, each with its clinic."""
        return ((self.role, self.clinic), *self.also) if self.role else self.also


RESIDENTS = (
    ResidentPersona(
        "karin", with_check_digit("19840312980"), "Karin", "Almgren", "Har bokade tider", "Has booked times"
    ),
    ResidentPersona(
        "erik",
        with_check_digit("19910705239"),
        "Erik",
        "Lindahl",
        "Har inga bokade tider",
        "Has no booked times",
    ),
    ResidentPersona(
        "amina",
        with_check_digit("19881123982"),
        "Amina",
        "Haddad Berg",
        "Förälder till tre barn",
        "Parent of three children",
    ),
    ResidentPersona(
        "gunvor",
        with_check_digit("19360514984"),
        "Gunvor",
        "Ekbacke",
        "Född på 1930-talet",
        "Born in the 1930s",
    ),
    ResidentPersona(
        "samuel",
        with_check_digit("19930277239"),
        "Samuel",
        "Tesfalem",
        "Har samordningsnummer",
        "Has a coordination number",
    ),
    ResidentPersona(
        "emma", with_check_digit("19900930238"), "Emma", "Fletchley", "Läser på engelska", "Reads English"
    ),
    ResidentPersona(
        "noel",
        with_check_digit("20070618239"),
        "Noel",
        "Strandh",
        "Ung, född 2007",
        "Young, born in 2007",
    ),
    ResidentPersona(
        "hanna",
        with_check_digit("19850917980"),
        "Hanna",
        "Sjölin",
        "Har en kallelse",
        "Has an invitation",
    ),
    ResidentPersona(
        "lisa",
        with_check_digit("19790119986"),
        "Lisa",
        "Norrdahl",
        "Har skyddade personuppgifter",
        "Has a protected identity",
        protected=True,
    ),
    ResidentPersona(
        "ingrid",
        with_check_digit("19750822980"),
        "Ingrid",
        "Ljungfors",
        "Har tid och kallelser på anslutna mottagningar",
        "Has a time and invitations at connected clinics",
    ),
    ResidentPersona(
        "oskar",
        with_check_digit("19950411239"),
        "Oskar",
        "Vikmyr",
        "Bokar på anslutna mottagningar",
        "Books at connected clinics",
    ),
)
STAFF = (
    StaffPersona(
        "maria",
        "SE2321000016-1001",
        "Maria",
        "Sandhage",
        Role.CASE_HANDLER,
        HEALTH_CENTRE,
        "Receptionist, Björkens vårdcentral",
        "Receptionist, Björkens vårdcentral",
    ),
    StaffPersona(
        "johan",
        "SE2321000016-1002",
        "Johan",
        "Öbergh",
        Role.CLINICIAN,
        HEALTH_CENTRE,
        "Sjuksköterska, Björkens vårdcentral",
        "Nurse, Björkens vårdcentral",
    ),
    StaffPersona(
        "helena",
        "SE2321000016-1003",
        "Helena",
        "Wikmark",
        Role.CLINIC_ADMIN,
        HEALTH_CENTRE,
        "Mottagningsadministratör, Björkens vårdcentral",
        "Clinic administrator, Björkens vårdcentral",
    ),
    StaffPersona(
        "ali",
        "SE2321000016-2001",
        "Ali",
        "Rahimian",
        Role.CASE_HANDLER,
        VACCINATION_CLINIC,
        "Receptionist, Hamnens vaccinationsmottagning",
        "Receptionist, Hamnens vaccinationsmottagning",
    ),
    StaffPersona(
        "nora",
        "SE2321000016-3001",
        "Nora",
        "Sund",
        Role.CASE_HANDLER,
        CHILD_HEALTH_CENTRE,
        "Receptionist, Solgläntans barnavårdscentral (inga tider än)",
        "Receptionist, Solgläntans barnavårdscentral (no times yet)",
    ),
    StaffPersona(
        "signe",
        "SE2321000016-4001",
        "Signe",
        "Kvarnström",
        Role.CLINIC_ADMIN,
        SAMPLING_UNIT,
        "Mottagningsadministratör, Kvarnens provtagning",
        "Clinic administrator, Kvarnens provtagning",
    ),
    StaffPersona(
        "tove",
        "SE2321000016-5001",
        "Tove",
        "Hällström",
        Role.CLINICIAN,
        YOUTH_CLINIC,
        "Barnmorska, Kompassens ungdomsmottagning",
        "Midwife, Kompassens ungdomsmottagning",
    ),
    StaffPersona(
        "inger",
        "SE2321000016-6001",
        "Inger",
        "Bäckman",
        Role.CLINIC_ADMIN,
        NEW_CLINIC,
        "Mottagningsadministratör, Bäckens fysioterapi (har just fått sin tidbok)",
        "Clinic administrator, Bäckens fysioterapi (has just been given its timebook)",
    ),
    StaffPersona(
        "petra",
        "SE2321000016-9001",
        "Petra",
        "Lundvall",
        Role.REGION_ADMIN,
        None,
        "Superadministratör i regionen",
        "Superadministrator of the region",
    ),
    StaffPersona(
        "bodil",
        "SE2321000016-1004",
        "Bodil",
        "Åkerstrand",
        Role.CLINICIAN,
        HEALTH_CENTRE,
        "Sjuksköterska på Björkens vårdcentral och Hamnens vaccinationsmottagning",
        "Nurse, Björkens vårdcentral and Hamnens vaccinationsmottagning",
        also=((Role.CASE_HANDLER, VACCINATION_CLINIC),),
    ),
    StaffPersona(
        "lennart",
        "SE2321000016-1005",
        "Lennart",
        "Myrdal",
        Role.READ_ONLY,
        HEALTH_CENTRE,
        "Läsbehörighet, Björkens vårdcentral",
        "Read only, Björkens vårdcentral",
    ),
    StaffPersona(
        "greta",
        "SE2321000016-7001",
        "Greta",
        "Vallgren",
        Role.CLINIC_ADMIN,
        REHAB_CLINIC,
        "Mottagningsadministratör, Älvens rehabmottagning",
        "Clinic administrator, Älvens rehabmottagning",
    ),
    StaffPersona(
        "viola",
        "SE2321000016-8001",
        "Viola",
        "Segerlund",
        Role.CASE_HANDLER,
        MANY_AT_ONCE,
        "Receptionist, Seglets specialistmottagning (tjugo som tar emot)",
        "Receptionist, Seglets specialistmottagning (twenty who receive)",
    ),
    StaffPersona(
        "kerstin",
        "SE2321000016-9101",
        "Kerstin",
        "Ängmark",
        Role.CLINIC_ADMIN,
        CONNECTED_CLINIC,
        "Mottagningsadministratör, Ängsbackens vårdcentral (har ett eget journalsystem)",
        "Clinic administrator, Ängsbackens vårdcentral (has a journal system of its own)",
    ),
    StaffPersona(
        "rut",
        "SE2321000016-7002",
        "Rut",
        "Hedlund",
        None,
        None,
        "Nyanställd, utan uppdrag än",
        "Newly employed, without a commission yet",
    ),
)
