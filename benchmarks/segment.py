"""Segmentation on 10 million order lines and 1 million customers, each part beside its peers."""

from __future__ import annotations

from benchmarks import segment_clusters, segment_cohorts, segment_lifetime, segment_peak, segment_rfm

FIGURES = {
    **segment_rfm.FIGURES,
    **segment_cohorts.FIGURES,
    **segment_lifetime.FIGURES,
    **segment_clusters.FIGURES,
    **segment_peak.FIGURES,
}
