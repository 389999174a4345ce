"""Times of a table → timezone-aware datetimes in UTC; what could be read in two ways is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

import numpy as np

from faqsuggest.errors import InputError

ISO_EXAMPLE = "2024-04-03T09:30:00Z"
_SPACED_ZONE = re.compile(r"([0-9]) (?:UTC|GMT|([+-][0-9]{2}:?[0-9]{2}))\Z")
_TWO_ORDERS = re.compile(r"[0-9]{1,2}[./ -][0-9]{1,2}[./ -](?:[0-9]{4}|[0-9]{2})(?![0-9])")
_LAST_INSTANT = timedelta(days=1) - timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Clock:
    """How the times of one import are read.

    Attributes:
        zone: Zone of times that name none.
        date_format: A ``strptime`` format tried before ISO 8601, or None.
        date_only: Whether ``date_format`` names a day without a time of day.
    """

    zone: tzinfo = UTC
    date_format: str | None = None
    date_only: bool = False

    @classmethod
    def of(cls, date_format: str | None, timezone: str | tzinfo | None) -> Clock:
        """Check the options of an import.

        Raises:
            InputError: The zone is unknown, or the format cannot name a day with its year.
        """
        if date_format is None:
            return cls(_zone(timezone))
        sample = datetime(2001, 2, 3, 13, 14)
        try:
            back = datetime.strptime(sample.strftime(date_format), date_format)
        except (ValueError, TypeError) as error:
            raise InputError(
                f"date_format must be a strptime format such as '%d/%m/%Y', got {date_format!r}"
            ) from error
        if back.date() != sample.date():
            raise InputError(f"date_format must name day, month and year, as '%d/%m/%Y' does, got {date_format!r}")
        return cls(_zone(timezone), date_format, date_only=back.time() == time())

    def read(self, value: str | date, *, whole_day: bool = False) -> datetime:
        """One time in UTC.

        A naive time in the hour that daylight saving skips is read with the offset before the change (02:30 becomes
        03:30 summer time); of the hour that comes twice the first is meant.

        Args:
            value: A text, a date or a datetime.
            whole_day: A day without a time of day means its last microsecond, not its midnight.

        Raises:
            ValueError: The text is no time, or could be read in two ways. The message holds its shape, not the text.
        """
        if isinstance(value, str):
            moment, day_only = self._parse(value)
        elif isinstance(value, datetime):
            moment, day_only = value, False
        else:
            moment, day_only = datetime.combine(value, time()), True
        if day_only and whole_day:
            moment += _LAST_INSTANT
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self.zone)
        try:
            return moment.astimezone(UTC)
        except OverflowError:  # 9999-12-31 is a common "for ever"; west of Greenwich it ends in year 10000
            return (datetime.max if moment.year > 1 else datetime.min).replace(tzinfo=UTC)

    def _parse(self, text: str) -> tuple[datetime, bool]:
        if self.date_format is not None:
            try:
                return datetime.strptime(text, self.date_format), self.date_only
            except ValueError:
                pass
        try:
            return datetime.fromisoformat(_SPACED_ZONE.sub(_join_zone, text[:64])), len(text) <= 10
        except ValueError:
            raise ValueError(self._reason(text)) from None

    def _reason(self, text: str) -> str:
        shape = shape_of(text)
        if self.date_format is not None:
            return f"fits neither date_format {self.date_format!r} nor ISO 8601 (it looks like {shape})"
        if _TWO_ORDERS.match(text):
            return (
                f"ambiguous date (it looks like {shape}: day or month first?); pass date_format='%d/%m/%Y' or the "
                f"order that the source uses, or write ISO 8601 such as {ISO_EXAMPLE}"
            )
        return f"not an ISO 8601 time (it looks like {shape}); write {ISO_EXAMPLE} or pass date_format="


def shape_of(text: str) -> str:
    """The look of a text without its content: digits as 9, letters as a, cut to 24 characters.

    Example:
        >>> shape_of("3 May 2024")
        "'9 aaa 9999'"
    """
    shape = "".join("9" if c.isdigit() else "a" if c.isalpha() else c for c in text[:24])
    return repr(shape + "…" if len(text) > 24 else shape)


def as_moment(value: object, *, argument: str) -> datetime:
    """A caller's time as a UTC datetime: ISO text, date, datetime, pandas or numpy timestamp; naive means UTC.

    Raises:
        InputError: The value is none of these.
    """
    native = native_time(value)
    if isinstance(native, (str, date)):
        try:
            return Clock().read(native)
        except ValueError as error:
            raise InputError(f"{argument} must be a time such as {ISO_EXAMPLE}: {error}") from None
    raise InputError(f"{argument} must be a time such as {ISO_EXAMPLE} or a datetime, got {type(value).__name__}")


def native_time(value: object) -> object:
    """Timestamps of pandas and numpy as plain datetimes (nanoseconds dropped); anything else unchanged."""
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else value.astype("datetime64[us]").item()
    if isinstance(value, datetime) and type(value) is not datetime and hasattr(value, "to_pydatetime"):
        return value.to_pydatetime(warn=False)
    return value


def _zone(timezone: str | tzinfo | None) -> tzinfo:
    if timezone is None:
        return UTC
    if isinstance(timezone, tzinfo):
        return timezone
    try:
        return ZoneInfo(timezone)
    except (KeyError, ValueError, TypeError, OSError) as error:
        raise InputError(
            f"timezone must be a name such as 'Europe/Stockholm' or a tzinfo, got {timezone!r}; on a system without a "
            "zone database run pip install tzdata"
        ) from error


def _join_zone(match: re.Match[str]) -> str:
    return match.group(1) + (match.group(2) or "+00:00")
