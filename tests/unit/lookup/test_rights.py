from __future__ import annotations

import pytest

from patronage.errors import Forbidden
from patronage.logic.api.callers import Caller
from patronage.logic.serve.rights import Rights, rights_of

ANN = Caller("browser", user_id="ann")
VISIT = Caller("browser", session_id="s1")
BOTH = Caller("browser", user_id="ann", session_id="s1")
KEY_ALONE = Caller("browser")
SERVER = Caller("server")


@pytest.mark.parametrize(
    ("caller", "user_id", "session_id", "rights"),
    [
        (SERVER, "ann", None, Rights("ann", True, (("user", "ann"),))),
        (
            SERVER,
            "ann",
            "s1",
            Rights("ann", True, (("user", "ann"), ("open", "s1"), ("proved", "s1"))),
        ),
        (SERVER, None, "s1", Rights("", False, (("open", "s1"), ("proved", "s1")))),
        (SERVER, None, None, Rights()),
        (KEY_ALONE, "ann", None, Rights("ann", False, ())),
        (KEY_ALONE, "ann", "s1", Rights("ann", False, (("open", "s1"),))),
        (KEY_ALONE, None, None, Rights()),
        (ANN, "ann", None, Rights("ann", True, (("user", "ann"),))),
        (ANN, None, None, Rights("ann", True, (("user", "ann"),))),
        (ANN, None, "s9", Rights("ann", True, (("user", "ann"), ("open", "s9")))),
        (VISIT, None, None, Rights("", False, (("proved", "s1"),))),
        (VISIT, None, "s1", Rights("", False, (("proved", "s1"),))),
        (VISIT, None, "s2", Rights("", False, (("open", "s2"),))),
        (VISIT, "ann", None, Rights("ann", False, (("proved", "s1"),))),
        (BOTH, "ann", None, Rights("ann", True, (("user", "ann"), ("proved", "s1")))),
        (Caller(), "ann", "s1", Rights("ann", False, (("open", "s1"),))),
    ],
)
def test_who_may_see_what(caller, user_id, session_id, rights):
    assert rights_of(caller, user_id, session_id) == rights


@pytest.mark.parametrize("caller", [ANN, BOTH])
def test_a_token_of_another_user_is_refused(caller):
    with pytest.raises(Forbidden, match="names another user"):
        rights_of(caller, "bob", None)
