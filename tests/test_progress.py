from faqsuggest.progress import progress


def test_items_pass_through_in_silence(capsys):
    assert list(progress([3, 1, 2], label="counting")) == [3, 1, 2]
    assert list(progress((i for i in "ab"), total=2, label="counting")) == ["a", "b"]
    assert capsys.readouterr() == ("", "")
