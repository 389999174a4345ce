import pytest

from faqsuggest import KnowledgeBase, Suggester
from faqsuggest.data.shield import LONGEST_INQUIRY, Shield
from faqsuggest.errors import InputError

REPLY = "Hej Anna!\nRing oss på 08-465 004 00 så byter vi kortet.\nMvh Karin"


def base(n=6):
    tickets = [
        {
            "id": f"t{i}",
            "created_at": f"2026-01-{i + 1:02d}",
            "customer_id": f"c{i}",
            "question": f"Jag heter Anna Ek, ring 070-174 06 0{5 + i % 5}. Kortet är trasigt, sort {'ABCDEFG'[i]}.",
            "reply": REPLY,
            "language": "sv",
        }
        for i in range(n)
    ]
    return KnowledgeBase.from_records(tickets=tickets)


def test_agents_see_templates_and_the_companys_own_number():
    shield = Shield.learn("agents", base().tickets, ())
    ticket = shield.tickets(base().tickets)[0]
    assert "Anna" not in ticket.reply + ticket.question
    assert "070-174" not in ticket.question
    assert "08-465 004 00" in ticket.reply


def test_the_public_mode_withholds_what_too_few_customers_share():
    kb = base(2)
    assert [ticket.reply for ticket in Shield.learn("public", kb.tickets, ()).tickets(kb.tickets)] == [None, None]
    assert all(ticket.reply for ticket in Shield.learn("agents", kb.tickets, ()).tickets(kb.tickets))


def test_off_changes_nothing_and_other_modes_are_refused():
    kb = base()
    assert Shield.learn("off", kb.tickets, ()).tickets(kb.tickets) == kb.tickets
    with pytest.raises(InputError, match="privacy must be one of agents, public, off"):
        Suggester(encoder="char-ngrams", privacy="none").fit(kb)


def test_facts_restore_the_same_treatment():
    shield = Shield.learn("agents", base().tickets, ())
    restored = Shield.restore(shield.facts)
    assert restored.tickets(base().tickets) == shield.tickets(base().tickets)
    again = Shield.restore(Shield.learn("public", base().tickets, ()).facts).complete(base().tickets, ())
    assert again.policy.support is not None


def test_nothing_personal_reaches_a_suggestion_or_the_saved_folder(tmp_path):
    suggester = Suggester(encoder="char-ngrams").fit(base())
    suggester.save(tmp_path / "model")
    loaded = Suggester.load(tmp_path / "model")
    loaded.add(tickets=base(7).tickets[6:])
    for each in (suggester, loaded):
        offered = each.suggest("kortet är trasigt", k=5, min_confidence=0)
        assert offered
        assert "Anna" not in str([suggestion.to_dict() for suggestion in offered])
    saved = b"".join(path.read_bytes() for path in (tmp_path / "model").rglob("*") if path.is_file())
    assert b"Anna" not in saved
    assert b"070-174" not in saved


def test_a_question_with_personal_data_still_meets_its_repeat():
    suggester = Suggester(encoder="char-ngrams").fit(base())
    first = suggester.suggest(base().tickets[3].question, k=1, min_confidence=0)[0]
    assert first.why.repeat


def test_very_long_inquiries_are_left_as_they_are():
    text = "Anna Ek " * LONGEST_INQUIRY
    assert Shield.learn("agents", base().tickets, ()).inquiry(text) == text
