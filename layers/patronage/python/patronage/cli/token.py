"""`patronage token`: mint a visitor token, as the shop's server does."""

from __future__ import annotations

import os
import time
from typing import Annotated

import typer

from patronage.cli.lines import console
from patronage.errors import BadInput
from patronage.logic.serve.tokens import mint_token

SECRET_VARIABLE = "PATRONAGE_VISITOR_SECRET_VALUE"  # noqa: S105 - a variable's name
_MOST_HOURS = 24 * 31


def token(
    user_id: Annotated[str, typer.Option("--user", help="The shop's id of the customer.")] = "",
    session_id: Annotated[str, typer.Option("--session", help="The id of the visit.")] = "",
    hours: Annotated[int, typer.Option("--hours", min=1, max=_MOST_HOURS, help="How long it holds.")] = 24,
) -> None:
    """Print a token that proves to the API which customer or visit a browser belongs to.

    The secret stands in the variable PATRONAGE_VISITOR_SECRET_VALUE, never on the command line, where others
    on the machine could read it. The output VisitorSecretArn of the stack names it in AWS Secrets Manager.

    Example: `patronage token --user 17850 --session s-83f1`
    """
    secret = os.environ.get(SECRET_VARIABLE, "")
    if not secret:
        raise BadInput(
            f"{SECRET_VARIABLE} is not set; set it to the stack's secret, which `aws secretsmanager "
            "get-secret-value --secret-id <VisitorSecretArn> --query SecretString --output text` prints"
        )
    expires_at = int(time.time()) + hours * 3600
    minted = mint_token(secret.encode(), expires_at=expires_at, user_id=user_id, session_id=session_id)
    console.print(minted, markup=False, soft_wrap=True, highlight=False)
