"""The lake's bucket for a job, which outlasts its first credentials and sends the store to its workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patronage.stores.objects import S3Store, delta_credentials

if TYPE_CHECKING:
    from boto3 import Session


class JobBucket(S3Store):
    """A store over a bucket whose clients each process makes for itself.

    Parameters
    ----------
    bucket : str
        Its name.
    """

    def __init__(self, bucket: str) -> None:
        import boto3

        self._session: Session = boto3.Session()
        super().__init__(bucket, client=self._session.client("s3"))

    def __reduce__(self) -> tuple[type[JobBucket], tuple[str]]:
        return JobBucket, (self.bucket,)

    def delta_options(self) -> dict[str, str]:
        """Give Delta Lake the credentials of the moment."""
        return super().delta_options() | delta_credentials(self._session)
