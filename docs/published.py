"""Where the published figures come from that benchmarks name beside ours: a table of docs/results.md."""

from __future__ import annotations

from typing import NamedTuple


class Source(NamedTuple):
    """A peer whose figure, or whose settings, are others'.

    Parameters
    ----------
    peer : str
        What it is called beside ours.
    figures : tuple of str
        Those of ours that it stands beside.
    source : str
        Title, authors, year and address.
    protocol : str
        How it was measured there.
    differs : str
        What ours does otherwise.
    looked_up : str
        Where the figure was seen, or that it was not.
    """

    peer: str
    figures: tuple[str, ...]
    source: str
    protocol: str
    differs: str
    looked_up: str


LOOKED_UP_ON = "2026-11-30"
_SURPRISE = (
    "N. Hug, *Surprise: A Python library for recommender systems*, 2020, "
    "[JOSS](https://doi.org/10.21105/joss.02174); the table of benchmarks in its "
    "[README](https://github.com/NicolasHug/Surprise)"
)

SOURCES = (
    Source(
        "Surprise KNNBaseline, NMF, SVD++",
        ("ml100k_item_cf_rmse", "ml100k_nmf_rmse", "ml1m_hybrid_rmse"),
        _SURPRISE,
        "five random folds, default settings, ratings alone: no side information, no day",
        "five folds drawn by us, or of the file; settings chosen; ours may use the day and, in the hybrid, "
        "all that is known of films and people",
        "yes, README at 2381fb1; most of it also in "
        "[its author's words](https://github.com/NicolasHug/Surprise/pull/429)",
    ),
    Source(
        "Surprise BaselineOnly",
        ("ml100k_content_rmse",),
        _SURPRISE,
        "the same; it knows the biases of films and people and nothing of content",
        "ours predicts from content; it stands beside biases alone, for no published peer that we know of "
        "uses content alone",
        "yes, README at 2381fb1",
    ),
    Source(
        "Surprise SVD tuned",
        ("ml100k_svd_rmse",),
        "none was found; the README has the default settings alone, whose RMSE is higher",
        "not known",
        "not known",
        "**no**, it is from memory",
    ),
    Source(
        "myFM",
        ("ml100k_hybrid_rmse",),
        "T. Ohtsuki, documentation of myFM, *TimeSVD++ Flipped with Relation Blocks*, undated, "
        "[source](https://github.com/tohtsky/myFM/blob/master/doc/source/relation-blocks.rst)",
        "the first of the set's own folds, which the page calls the toughest; it is told who rated what, and "
        "the day, and no side information, whatever an older row says",
        "the mean of five random folds; ours is told of tags too, and blends several models. Its "
        "[notebook](https://github.com/tohtsky/myFM/blob/master/examples/ml-100k-extended.ipynb) has a lower "
        "RMSE on another fold, with what is known of people",
        "yes, in that page",
    ),
    Source(
        "BiVAE",
        ("ml100k_best_ndcg10",),
        "Q.-T. Truong, A. Salah, H. W. Lauw, *Bilateral Variational Autoencoder for Collaborative "
        "Filtering*, WSDM 2021; measured by Microsoft's Recommenders, table of its "
        "[README](https://github.com/recommenders-team/recommenders)",
        "a quarter of each user's ratings held out at random, all of them relevant, 15 epochs, settings from "
        "the literature",
        "the same split with seed 42; ours is a blend whose settings a validation part chose. Another "
        "edition of their table has other figures",
        "yes, README at 005dcd0",
    ),
    Source(
        "TIGER, SASRec",
        ("beauty_hr10", "beauty_ndcg10", "toys_hr10", "toys_ndcg10"),
        "S. Rajput and others, *Recommender Systems with Generative Retrieval*, NeurIPS 2023, "
        "[arXiv](https://arxiv.org/abs/2305.05065), table 1. SASRec: W.-C. Kang, J. McAuley, *Self-Attentive "
        "Sequential Recommendation*, ICDM 2018; its row there is taken from the "
        "[repository of S3-Rec](https://github.com/RUCAIBox/CIKM2020-S3Rec), as are our sequences",
        "leave-last-out, all products ranked; TIGER reads texts of products, SASRec their order alone",
        "ours reads category and brand, and leaves out what a customer has had, as S3-Rec does; whether "
        "TIGER does is not told. One setting for both sets",
        "yes, at second hand: the paper's table as copied "
        "[here](https://github.com/XiaoLongtaoo/TIGER/issues/6) (Beauty) and "
        "[here](https://wcx12.github.io/wcx12/blog/posts/tiger-generative-retrieval-reading/) (both)",
    ),
    Source(
        "TIFU-KNN",
        ("tafeng_recall20",),
        "H. Hu, X. He, J. Gao, Z.-L. Zhang, *Modeling Personalized Item Frequency Information for "
        "Next-basket Recommendation*, SIGIR 2020, [arXiv](https://arxiv.org/abs/2006.00556)",
        "no figure of theirs is taken: it runs beside ours, written anew from the paper, with its settings "
        "for Ta-Feng",
        "none, it is the same run",
        "the settings, yes: the command in the README of its authors' code",
    ),
    Source(
        "Fader, Hardie and Lee 2005",
        (
            "cdnow_bgnbd_a",
            "cdnow_bgnbd_alpha",
            "cdnow_bgnbd_b",
            "cdnow_bgnbd_log_likelihood",
            "cdnow_bgnbd_r",
        ),
        "P. S. Fader, B. G. S. Hardie, K. L. Lee, *“Counting Your Customers” the Easy Way*, Marketing "
        "Science 24(2), 2005, [DOI](https://doi.org/10.1287/mksc.1040.0098), table 2",
        "maximum likelihood on a tenth of the cohort, 39 weeks",
        "the same model on the same customers, so the estimates must agree",
        "at second hand, in notes to the data; our own fit agrees to the digits that are printed",
    ),
)
