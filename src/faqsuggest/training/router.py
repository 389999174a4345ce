"""Who takes an inquiry: by its tags, its language, what an agent or team is good at, working hours and open work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from faqsuggest.errors import InputError
from faqsuggest.records import LANGUAGES
from faqsuggest.wording import route_sentence

ANY = "*"
"""As a tag of a skill: whatever it is about, inquiries without a sure tag included."""
ALIKE = 0.1
"""Agents whose fit is at most this far from the best count as equally able; the one with the least work takes it."""
LEAST = 0.3
"""A lower fit than this is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Hours of work that come back every week.

    Attributes:
        days: Numbers of the days on which it begins, Monday 0.
        start: When it begins, such as "08:00".
        end: When it ends, that day or, when it is not after ``start``, the next.
        zone: Whose clock it is, as in the tz database.
    """

    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    start: str = "08:00"
    end: str = "17:00"
    zone: str = "UTC"

    def __post_init__(self) -> None:
        try:
            time.fromisoformat(self.start), time.fromisoformat(self.end), ZoneInfo(self.zone)
        except (ValueError, ZoneInfoNotFoundError) as error:
            raise InputError(
                "Shift: start and end must be clock times such as '08:00', zone one of the tz database such as "
                f"'Europe/Stockholm'; got {self.start!r}, {self.end!r}, {self.zone!r}"
            ) from error
        if not self.days or not set(self.days) <= set(range(7)):
            raise InputError(f"Shift: days must be numbers from 0 (Monday) to 6 (Sunday), got {self.days!r}")

    def covers(self, at: datetime) -> bool:
        """Whether a moment with a time zone lies in the shift: from its start on, up to but not at its end."""
        local = at.astimezone(ZoneInfo(self.zone))
        start, end, now = time.fromisoformat(self.start), time.fromisoformat(self.end), local.time()
        if start < end:
            return local.weekday() in self.days and start <= now < end
        begun_yesterday = (local - timedelta(days=1)).weekday() in self.days and now < end
        return begun_yesterday or (local.weekday() in self.days and now >= start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """What an agent or a team can take.

    Attributes:
        name: Of the agent or team; unique.
        tags: How good they are at a tag, 0 to 1; ``ANY`` ("*") for all that is not named.
        languages: They read and write; empty for all.
        shifts: When they work; empty for always.
        capacity: Open inquiries at most; None for no limit.
    """

    name: str
    tags: Mapping[str, float]
    languages: tuple[str, ...] = ()
    shifts: tuple[Shift, ...] = ()
    capacity: int | None = None

    def __post_init__(self) -> None:
        wrong = sorted(tag for tag, value in self.tags.items() if not 0 <= value <= 1)
        foreign = sorted(set(self.languages) - set(LANGUAGES))
        if wrong or foreign or (self.capacity is not None and self.capacity < 0):
            raise InputError(
                f"Skill {self.name!r}: competence must lie between 0 and 1, languages be of {', '.join(LANGUAGES)}, "
                f"capacity be 0 or more; got competence out of range for {wrong}, languages {foreign}, "
                f"capacity {self.capacity}"
            )

    def fit(self, tags: Mapping[str, float]) -> float:
        """Mean competence over the tags of an inquiry, weighted by their probabilities; 0 to 1."""
        total = sum(tags.values())
        if total <= 0:
            return self.tags.get(ANY, 0.0)
        return sum(p * self.tags.get(tag, self.tags.get(ANY, 0.0)) for tag, p in tags.items()) / total


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Who takes an inquiry, and why.

    Attributes:
        name: Of the agent or team; None for nobody.
        fit: Mean competence for its tags, 0 to 1.
        reasons: Pairs of a key of ``wording.ROUTES`` and what it names. For nobody, the requirement at which the last
            ones fell out: "no-tag", "no-language", "no-shift" or "no-capacity".
    """

    name: str | None
    fit: float = 0.0
    reasons: tuple[tuple[str, str], ...] = ()

    def sentence(self, language: str = "en") -> str:
        """The reasons in words; ``language`` is sv, nb, nn, da, fi or en."""
        return route_sentence(self.reasons, language)

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON-ready values."""
        return {"name": self.name, "fit": self.fit, "reasons": [list(pair) for pair in self.reasons]}


@dataclass(frozen=True)
class Router:
    """Assigns inquiries to agents or teams.

    Those who can take it are found by tags, language, working hours and capacity, in this order. Of those who are about
    as good as the best, the one with the least open work, as a share of the capacity where all have one, takes it; ties
    go by fit, then by name. Equal input gives equal output. Public.

    Args:
        skills: Agents or teams; their order does not matter.
        load: Open inquiries by name; who is missing has none. The mapping is read at every call and never changed.

    Example:
        >>> router = Router(
        ...     [
        ...         Skill(name="Aino", tags={"invoice": 0.9, "delivery": 0.4}, languages=("fi", "en")),
        ...         Skill(name="Bo", tags={"invoice": 0.8, "delivery": 0.9}, languages=("sv", "en")),
        ...     ],
        ...     load={"Aino": 7, "Bo": 2},
        ... )
        >>> router.assign({"invoice": 0.8}, language="en").name
        'Bo'
        >>> router.assign({"invoice": 0.8}, language="da").sentence()
        'Nobody who knows the matter works in da.'
    """

    skills: Sequence[Skill]
    load: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = [skill.name for skill in self.skills]
        twice = sorted({name for name in names if names.count(name) > 1})
        if not names or twice:
            raise InputError(f"Router: skills must name at least one agent or team, each once; twice there: {twice}")

    def assign(
        self, tags: Mapping[str, float], *, language: str | None = None, at: datetime | None = None
    ) -> Assignment:
        """Who takes an inquiry now, or nobody, with the reason.

        Args:
            tags: Probability of each tag, as ``Tagged.probabilities``; empty when no tag is sure.
            language: Of the inquiry; None when it does not matter.
            at: When, with a time zone; now when None.

        Raises:
            InputError: A probability lies outside 0 to 1, or ``at`` has no time zone.
        """
        return self._assign(tags, language, at, self.load)

    def assign_many(
        self, inquiries: Iterable[tuple[Mapping[str, float], str | None]], *, at: datetime | None = None
    ) -> list[Assignment]:
        """``assign`` for each pair of tags and language, in order; each assignment adds to the work of who takes it.

        Raises:
            InputError: As ``assign``.
        """
        load, found = dict(self.load), []
        for tags, language in inquiries:
            found.append(self._assign(tags, language, at, load))
            if (name := found[-1].name) is not None:
                load[name] = load.get(name, 0) + 1
        return found

    def _assign(
        self, tags: Mapping[str, float], language: str | None, at: datetime | None, load: Mapping[str, int]
    ) -> Assignment:
        moment = datetime.now(UTC) if at is None else at
        if moment.tzinfo is None or not all(0 <= p <= 1 for p in tags.values()):
            raise InputError("assign: at must have a time zone, and probabilities of tags lie between 0 and 1")
        fits = {skill.name: skill.fit(tags) for skill in self.skills}
        able = list(self.skills)
        named = ", ".join(sorted(tags, key=lambda tag: (-tags[tag], tag)))
        for reason, named_there, passes in (
            ("no-tag", named, lambda skill: fits[skill.name] >= LEAST),
            ("no-language", language or "", lambda skill: not language or _speaks(skill, language)),
            ("no-shift", "", lambda skill: not skill.shifts or any(shift.covers(moment) for shift in skill.shifts)),
            ("no-capacity", "", lambda skill: skill.capacity is None or load.get(skill.name, 0) < skill.capacity),
        ):
            able = [skill for skill in able if passes(skill)]
            if not able:
                return Assignment(name=None, reasons=((reason, named_there),))
        best = max(fits[skill.name] for skill in able)
        alike = [skill for skill in able if fits[skill.name] >= best - ALIKE - 1e-12]
        limited = all(skill.capacity for skill in alike)
        taken = min(alike, key=lambda skill: (_busy(skill, load, limited), -fits[skill.name], skill.name))
        reasons = [("tag", named)] if tags else [("any", "")]
        reasons += [("language", language)] if language else []
        reasons += [("load", str(load.get(taken.name, 0)))] if len(alike) > 1 else [("only", "")]
        return Assignment(name=taken.name, fit=fits[taken.name], reasons=tuple(reasons))


def _speaks(skill: Skill, language: str) -> bool:
    return not skill.languages or language in skill.languages


def _busy(skill: Skill, load: Mapping[str, int], limited: bool) -> float:
    """Open work; as a share of the capacity where all who are compared have one."""
    open_now = load.get(skill.name, 0)
    return open_now / skill.capacity if limited and skill.capacity else float(open_now)
