import re

import pytest

from faqsuggest import errors


def test_every_error_has_one_root_and_the_meaning_of_its_builtin():
    children = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Exception)]
    assert all(issubclass(each, errors.FaqSuggestError) for each in children)
    assert issubclass(errors.InputError, ValueError)
    assert issubclass(errors.NotFittedError, AttributeError)
    assert issubclass(errors.MissingPackageError, ImportError)
    assert set(re.findall(r"(\w+Error)  ", errors.__doc__)) <= {each.__name__ for each in children}
    assert {each.__name__ for each in children} <= set(re.findall(r"\w+Error", errors.__doc__))


def test_what_errors_carry():
    assert errors.DataError("bad", [(3, "id", "empty")]).rows == ((3, "id", "empty"),)
    missing = errors.MissingPackageError("pyarrow", "parquet", "reading Parquet")
    assert str(missing) == "reading Parquet needs the package pyarrow: pip install 'faqsuggest[parquet]'"
    with pytest.raises(ImportError):
        raise missing
