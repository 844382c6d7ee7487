"""What a route of the API is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from patronage.logic.api.parameters import Parameter

PREFIX = "/api/v1"
OPEN, KEY, SERVER, VIEWER, ADMIN = "open", "key", "server", "viewer", "admin"
LOOKUP, API, COLLECT = "lookup", "api", "collect"
MAX_BODY_BYTES = 262_144


class Route(NamedTuple):
    """One thing to ask for.

    Parameters
    ----------
    path : str
        Below `PREFIX`; at most one id stands in it, in braces.
    operation : str
        Its name in the handlers and in the OpenAPI document.
    function : str
        The function that answers.
    access : str
        Who may ask: `OPEN`; `KEY`, any API key; `SERVER`, a key of the server plan; `VIEWER` or `ADMIN`, a
        signed-in user of the group.
    parameters : tuple of Parameter
        In the query, but for the one that stands in the path.
    twin : str
        The same with the id in the query; "" for none.
    twin_may_omit_id : bool
        The twin answers without an id too.
    body : tuple of Parameter, optional
        Fields of the JSON body; empty for a body whose shape the step itself checks; None for no body.
    answers : str
        Name of the answer's schema.
    status : int
        Status of a good answer.
    """

    method: str
    path: str
    operation: str
    function: str
    access: str
    summary: str
    answers: str
    parameters: tuple[Parameter, ...] = ()
    twin: str = ""
    twin_may_omit_id: bool = False
    body: tuple[Parameter, ...] | None = None
    body_is_optional: bool = False
    body_schema: str = ""
    status: int = 200

    @property
    def id_name(self) -> str:
        """The name of the id in the path; "" for none."""
        return self.path.partition("{")[2].partition("}")[0]
