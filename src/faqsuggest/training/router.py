"""Who takes an inquiry: by its tags, its language, what an agent or team is good at, working hours and open work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from numbers import Integral, Real
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from faqsuggest.errors import InputError
from faqsuggest.parameters import as_moment
from faqsuggest.records import LANGUAGES
from faqsuggest.wording import route_sentence

ANY = "*"
"""As a tag of a skill: whatever it is about, inquiries without a sure tag included."""
ALIKE = 0.1
"""Agents whose fit is at most this far from the best count as equally able; the one with the least work takes it."""
_WEEK = frozenset(range(7))
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

    Raises:
        InputError: A value is none of these.
    """

    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    start: str = "08:00"
    end: str = "17:00"
    zone: str = "UTC"

    def __post_init__(self) -> None:
        try:
            clocks = time.fromisoformat(self.start), time.fromisoformat(self.end)
            if not self.zone or ZoneInfo(self.zone) is None or any(clock.tzinfo for clock in clocks):
                raise ValueError("a clock time with a zone of its own")
        except (TypeError, ValueError, OSError, ZoneInfoNotFoundError) as error:
            raise InputError(
                "Shift: start and end must be clock times such as '08:00', zone one of the tz database such as "
                f"'Europe/Stockholm'; got {self.start!r}, {self.end!r}, {self.zone!r}"
            ) from error
        if (
            isinstance(self.days, str)
            or not isinstance(self.days, Iterable)
            or not self.days
            or not _WEEK >= set(self.days)
        ):
            raise InputError(f"Shift: days must be numbers from 0 (Monday) to 6 (Sunday), got {self.days!r}")

    def covers(self, at: datetime) -> bool:
        """Whether a moment with a time zone lies in the shift: from its start on, up to but not at its end."""
        local = as_moment(at, "at").astimezone(ZoneInfo(self.zone))
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

    Raises:
        InputError: A value is none of these.
    """

    name: str
    tags: Mapping[str, float]
    languages: tuple[str, ...] = ()
    shifts: tuple[Shift, ...] = ()
    capacity: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise InputError(f"Skill: name must be a text with something in it, got {self.name!r}")
        told = f"Skill {self.name!r}"
        shares_of(self.tags, f"{told}: tags")
        for field_, kind in (("languages", str), ("shifts", Shift)):
            given = getattr(self, field_)
            if not isinstance(given, (tuple, list)) or not all(isinstance(each, kind) for each in given):
                raise InputError(f"{told}: {field_} must be a tuple of {kind.__name__}, got {type(given).__name__}")
        foreign = sorted(set(self.languages) - set(LANGUAGES))
        if foreign:
            raise InputError(f"{told}: languages may be {', '.join(LANGUAGES)}; got {', '.join(foreign)}")
        if self.capacity is not None and not _is_count(self.capacity):
            raise InputError(f"{told}: capacity must be a whole number of 0 or more, or None, got {self.capacity!r}")

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

    Raises:
        InputError: A skill is none, a name comes twice, or ``load`` is no mapping.

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
        given = list(self.skills) if isinstance(self.skills, Iterable) else [self.skills]
        wrong = sorted({type(each).__name__ for each in given if not isinstance(each, Skill)})
        if wrong or not isinstance(self.skills, Iterable):
            raise InputError(f"Router: skills must be a sequence of Skill, got {', '.join(wrong) or 'one Skill'}")
        if not isinstance(self.load, Mapping):
            raise InputError(f"Router: load must map names to open inquiries, got {type(self.load).__name__}")
        object.__setattr__(self, "skills", tuple(given))
        names = [skill.name for skill in given]
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
            InputError: ``tags`` does not map tags to probabilities, ``language`` is none of those that a skill may
                name, ``at`` has no time zone, or ``load`` holds something else than whole numbers of 0 or more.
        """
        return self._assign(tags, language, at, self.load)

    def assign_many(
        self, inquiries: Iterable[tuple[Mapping[str, float], str | None]], *, at: datetime | None = None
    ) -> list[Assignment]:
        """``assign`` for each pair of tags and language, in order; each assignment adds to the work of who takes it.

        Raises:
            InputError: As ``assign``, or an inquiry is no pair.
        """
        if isinstance(inquiries, (str, bytes, Mapping)) or not isinstance(inquiries, Iterable):
            raise InputError(f"inquiries must be pairs of tags and language, got one {type(inquiries).__name__}")
        pairs = [each if isinstance(each, (tuple, list)) else () for each in inquiries]
        if not all(len(each) == 2 for each in pairs):
            raise InputError("inquiries must be pairs of tags and language, such as ({'invoice': 0.8}, 'sv')")
        load, found = dict(self.load), []
        for tags, language in pairs:
            found.append(self._assign(tags, language, at, load))
            if (name := found[-1].name) is not None:
                load[name] = load.get(name, 0) + 1
        return found

    def _assign(
        self, tags: Mapping[str, float], language: str | None, at: datetime | None, load: Mapping[str, int]
    ) -> Assignment:
        moment = datetime.now(UTC) if at is None else as_moment(at, "at")
        shares_of(tags, "tags")
        if language is not None and (not isinstance(language, str) or language not in ("", *LANGUAGES)):
            raise InputError(f"language must be one of {', '.join(LANGUAGES)} or None, got {language!r}")
        busy = {skill.name: load.get(skill.name, 0) for skill in self.skills}
        wrong = sorted(name for name, count in busy.items() if not _is_count(count))
        if wrong:
            raise InputError(f"load must hold whole numbers of 0 or more; it does not for {', '.join(wrong)}")
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


def shares_of(given: Mapping[str, float], argument: str) -> None:
    """Whether texts are mapped to numbers from 0 to 1.

    Raises:
        InputError: They are not.
    """
    if not isinstance(given, Mapping) or not all(isinstance(tag, str) for tag in given):
        raise InputError(
            f"{argument} must map tags, as texts, to numbers from 0 to 1, got {type(given).__name__}"
            + (" with other keys than texts" if isinstance(given, Mapping) else "")
        )
    wrong = sorted(tag for tag, value in given.items() if not isinstance(value, Real) or not 0 <= value <= 1)
    if wrong:
        raise InputError(f"{argument} must map tags to numbers from 0 to 1; it does not for {', '.join(wrong)}")


def _is_count(value: object) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= 0


def _speaks(skill: Skill, language: str) -> bool:
    return not skill.languages or language in skill.languages


def _busy(skill: Skill, load: Mapping[str, int], limited: bool) -> float:
    """Open work; as a share of the capacity where all who are compared have one."""
    open_now = load.get(skill.name, 0)
    return open_now / skill.capacity if limited and skill.capacity else float(open_now)
