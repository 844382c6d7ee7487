"""Read an uploaded file of any format in chunks of complete records."""

from patronage.engines.reading._chunk import Chunk
from patronage.engines.reading._parquet import check_cells, parquet_source
from patronage.engines.reading._recognise import recognise
from patronage.engines.reading._source import TextSource

__all__ = ["Chunk", "TextSource", "check_cells", "parquet_source", "recognise"]
