"""The layers: our library, and one for each set of third-party packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from aws_cdk import ArnFormat, CfnResource, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.names import LAYER_PACKAGES, MANAGED_LAYERS
from infra.packages import ROOT, build_layer, mark_unbuilt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

RUNTIME = lambda_.Runtime.PYTHON_3_13
ARCHITECTURE = lambda_.Architecture.ARM_64

LEFT_OUT = ["**/__pycache__", "**/*.pyc"]
NOT_FOR_LAMBDA = [
    f"python/patronage/{name}" for name in ("cli", "cloud", "configuration", "local", "notebook")
]


class Layers(Construct):
    """The layers that functions choose from.

    Parameters
    ----------
    scope, construct_id
        Where the construct stands.
    built : bool
        Whether pip builds the third-party layers; otherwise each holds a note only.
    managed : bool
        Whether AWS is there, with the layers that it builds; a cloud on this machine has their packages in
        the environment that runs the functions.
    arns : mapping
        The ARN to use for a managed layer instead of the region's.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, built: bool, managed: bool, arns: Mapping[str, str]
    ) -> None:
        super().__init__(scope, construct_id)
        self._library = self._build_layer("patronage", ROOT / "layers" / "patronage")
        folder_of = build_layer if built else mark_unbuilt
        self._sets: dict[str, lambda_.ILayerVersion] = {
            name: self._build_layer(name, folder_of(name)) for name in LAYER_PACKAGES
        }
        if managed:
            self._sets |= {name: self._find_layer(name, arns.get(name)) for name in MANAGED_LAYERS}

    def of(self, sets: Sequence[str]) -> list[lambda_.ILayerVersion]:
        """Return our library and those of the named sets that are there."""
        return [self._library, *(self._sets[name] for name in sets if name in self._sets)]

    def _find_layer(self, name: str, arn: str | None) -> lambda_.ILayerVersion:
        account, layer, version = MANAGED_LAYERS[name]
        of_the_region = Stack.of(self).format_arn(
            service="lambda",
            account=account,
            resource="layer",
            resource_name=f"{layer}:{version}",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        return lambda_.LayerVersion.from_layer_version_arn(self, name.capitalize(), arn or of_the_region)

    def _build_layer(self, name: str, folder: Path) -> lambda_.LayerVersion:
        layer = lambda_.LayerVersion(
            self,
            name.capitalize(),
            code=lambda_.Code.from_asset(str(folder), exclude=[*LEFT_OUT, *NOT_FOR_LAMBDA]),
            compatible_architectures=[ARCHITECTURE],
            compatible_runtimes=[RUNTIME],
            description=f"Patronage: {name}",
        )
        cast("CfnResource", layer.node.default_child).override_logical_id(f"{name.capitalize()}Layer")
        return layer
