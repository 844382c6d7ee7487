"""`patronage features`: what is known of each customer and product, and as of any instant."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from patronage.cli.lakes import DEFAULT_LAKE, LakeOption, StackOption, open_lake
from patronage.cli.lines import console, say
from patronage.cli.outputs import print_rows
from patronage.cloud import Cloud, open_stack
from patronage.errors import BadInput, NotFound
from patronage.logic.features import ENTITIES, FEATURES, features_of
from patronage.logic.queries import query
from patronage.logic.shown import shown
from patronage.steps.features.join import join_features
from patronage.steps.features.lookup import look_up, parsed_instant
from patronage.steps.features.served import customer_features
from patronage.stores.figures_reader import FiguresReader
from patronage.stores.serving_reader import ServingReader

if TYPE_CHECKING:
    from patronage.logic.features import Feature
    from patronage.settings import Shop

features_app = typer.Typer(
    name="features",
    help="Features of customers and products: their definitions, and their values as of any instant.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
)
EntityOption = Annotated[str, typer.Option("--entity", help=f"Of what: {' or '.join(ENTITIES)}.")]
FeatureOption = Annotated[
    list[str] | None, typer.Option("--feature", help="Only this feature; may be repeated. By default all.")
]
AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", help="What happened at or after this instant is left out, such as 2026-01-31."),
]
KnownAtOption = Annotated[
    str | None, typer.Option("--known-at", help="What came to be known later is left out; by default now.")
]


@features_app.command("list")
def list_features(
    entity: Annotated[
        str | None, typer.Option("--entity", help=f"Only of a {' or '.join(ENTITIES)}.")
    ] = None,
) -> None:
    """List the features with their type, window and meaning.

    Example: `patronage features list --entity customer`
    """
    for name in [entity] if entity else list(ENTITIES):
        rows = [(each.name, each.kind, each.window, each.description) for each in features_of(name)]
        print_rows(f"Features of a {name}", ("Feature", "Type", "Window", "Meaning"), rows)


@features_app.command("show")
def show_feature(name: Annotated[str, typer.Argument(help="The feature's name.")]) -> None:
    """Show a feature's definition, with the query that computes it.

    Example: `patronage features show recency_days`
    """
    found = [known[name] for known in FEATURES.values() if name in known]
    if not found:
        _refuse_name(name)
    for feature in found:
        print_rows(f"{feature.name} of a {feature.entity}", ("What", "Value"), _described(feature))
        say(f"\n{query(feature.query)}")


@features_app.command("get")
def get_features(
    customer_id: Annotated[str, typer.Argument(help="The shop's id of the customer (or product).")],
    lake: LakeOption = DEFAULT_LAKE,
    stack: StackOption = None,
    entity: EntityOption = "customer",
    feature: FeatureOption = None,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
) -> None:
    """Show a customer's features: those that a stack serves, or computed from the lake as of an instant.

    Of a stack without `--as-of` they are the online values, each with what is left of its time to live.

    Example: `patronage features get 13085 --as-of 2010-06-01`
    """
    wanted = features_of(entity, feature)
    if stack is not None and as_of is None and known_at is None and entity == "customer":
        _print_served(customer_id, stack, feature)
        return
    opened = open_lake(lake, stack)
    instants = {"--as-of": as_of, "--known-at": known_at}
    parsed = {option: _instant(option, text, opened.shop) for option, text in instants.items()}
    looked = look_up(
        customer_id,
        opened.lake,
        opened.shop,
        entity=wanted[0].entity,
        as_of=parsed["--as-of"],
        known_at=parsed["--known-at"],
        names=feature,
        now=datetime.now(UTC),
    )
    if not looked.is_known:
        raise NotFound(
            f"the lake knew no {entity} {customer_id!r} as of {looked.as_of.isoformat()}; ids are compared "
            "letter by letter"
        )
    rows = [(name, _said(value)) for name, value in looked.values.items()]
    print_rows(f"Features of {entity} {customer_id}", ("Feature", "Value"), rows)
    say(f"As of {looked.as_of.isoformat()}")


@features_app.command("join")
def join(
    file: Annotated[
        Path,
        typer.Argument(help="A .csv or .parquet file with customer_id (or product_id), as_of and known_at."),
    ],
    out: Annotated[Path, typer.Option("--out", help="The .csv or .parquet file to write.")],
    lake: LakeOption = DEFAULT_LAKE,
    stack: StackOption = None,
    feature: FeatureOption = None,
    as_of: AsOfOption = None,
    known_at: Annotated[
        str | None,
        typer.Option(
            "--known-at",
            help="What came to be known later is left out; as_of for the instant of each row itself, "
            "by default now.",
        ),
    ] = None,
) -> None:
    """Write the rows of a file, in their order, each with the features as of its own instant.

    An instant is written as 2026-01-31T12:00:00Z. Without an offset it is in the shop's zone; a day is its
    beginning.

    Example: `patronage features join asked.csv --out training.parquet --known-at as_of`
    """
    if out.suffix not in {".csv", ".parquet"}:
        raise BadInput(f"--out {out} must end in .csv or .parquet")
    opened = open_lake(lake, stack)
    done = join_features(
        file,
        out,
        opened.lake,
        opened.shop,
        now=datetime.now(UTC),
        as_of=as_of,
        known_at=known_at,
        names=feature,
    )
    say(f"wrote {out}: {done.rows:,} rows, {done.features} features")
    if done.unknown:
        console.print(
            f"{done.unknown:,} of them of an id that was not known at the row's instant: no values",
            soft_wrap=True,
        )


def _refuse_name(name: str) -> None:
    entity = next(iter(ENTITIES))
    features_of(entity, [name])


def _described(feature: Feature) -> list[tuple[str, str]]:
    ages = f"{feature.ttl_hours} hours"
    none = "0" if feature.is_zero_if_none else "not known"
    return [
        ("Meaning", feature.description),
        ("Type", f"{feature.kind} ({feature.type})"),
        ("Window", feature.window),
        ("Owner", feature.owner),
        ("Online value holds", ages),
        ("Where there is no row", none),
        ("Query", f"logic/sql/{feature.query}.sql"),
    ]


def _print_served(customer_id: str, stack: str, names: list[str] | None) -> None:
    opened = open_stack(Cloud(), stack)
    table = opened.serving_table()
    reader = FiguresReader(table, ServingReader(table))
    found = customer_features(reader, customer_id, names=names or (), now=datetime.now(UTC))
    rows = [
        (name, "expired" if each["expired"] else _said(each["value"]), f"{each['ttl_hours']:,}")
        for name, each in found["features"].items()
    ]
    header = ("Feature", "Value", "Holds hours")
    print_rows(f"Features of customer {customer_id}", header, rows, numbers_from=2)
    say(f"As of {found['as_of']}, {found['age_seconds'] / 3600:,.1f} hours ago, by {found['generation']}")


def _instant(option: str, text: str | None, shop: Shop) -> datetime | None:
    if text is None:
        return None
    instant = parsed_instant(text, shop)
    if instant is None:
        raise BadInput(f"{option} {shown(text)} is no instant; give it as 2026-01-31 or 2026-01-31T12:00:00Z")
    return instant


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.4f}".rstrip("0").rstrip(".")
    return "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
