"""The names of metrics, and the direction in which a metric improves, from its name alone.

The names are those of scikit-learn's scorers, LightGBM, XGBoost, CatBoost, Keras and torchmetrics. A name is split into
words: "val/loss", "test-mlogloss-mean", "ValLoss" and "loss@10" are words around "loss". A name outside the table has
the direction "unknown", and no caller may guess it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbmodelver.model import Direction


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


HIGHER = _set(
    """
    acc accuracy balancedaccuracy binaryaccuracy categoricalaccuracy sparsecategoricalaccuracy topk topkaccuracy
    topkcategoricalaccuracy sparsetopkcategoricalaccuracy multiclassaccuracy multilabelaccuracy pairaccuracy
    intervalregressionaccuracy clusteraccuracy exactmatch em pass winrate successrate
    f fbeta f1 f2 f05 totalf1 precision recall sensitivity specificity selectivity tpr tnr ppv npv
    truepositiverate truenegativerate positivepredictivevalue negativepredictivevalue truepositives truenegatives
    precisionatrecall recallatprecision sensitivityatspecificity specificityatsensitivity precisionatfixedrecall
    recallatfixedprecision positivelikelihoodratio d2absoluteerror d2pinball d2tweedie d2logloss d2brier d2brierscore
    auc auroc rocauc rocaucovr rocaucovo rocaucovrweighted rocaucovoweighted aucmu aucpr prauc auprc queryauc logauc
    averageprecision ap map meanaverageprecision marginap pre p r hit hits hitrate hitratio ndcg dcg normalizeddcg
    filtereddcg pfound queryaverage precisionat recallat mrr meanreciprocalrank reciprocalrank rprecision
    labelrankingaverageprecision retrievalmap retrievalmrr
    jaccard jaccardindex iou miou giou diou ciou meaniou binaryiou onehotiou onehotmeaniou dice dicecoefficient
    intersectionoverunion generalizedintersectionoverunion completeintersectionoverunion
    distanceintersectionoverunion panopticquality modifiedpanopticquality criticalsuccessindex pq
    kappa cohenkappa wkappa fleisskappa quadraticweightedkappa qwk mcc matthewscorrcoef phicoefficient normalizedgini
    r2 adjustedr2 explainedvariance d2 pearson pearsonr pearsoncorrcoef pearsoncorrelation spearman spearmanr
    spearmancorrcoef spearmancorrelation kendall kendalltau kendallrankcorrcoef concordance concordanceindex cindex
    concordancecorrcoef concordancecorrelation correlation corr cosinesimilarity similarity
    loglikelihood loglik likelihood elbo informationgain
    silhouette calinskiharabasz dunnindex rand adjustedrand ari mutualinfo adjustedmutualinfo ami normalizedmutualinfo
    nmi homogeneity completeness vmeasure fowlkesmallows fowlkesmallowsindex cramersv theilsu tschuprowst
    pearsonscontingencycoefficient
    bleu sacrebleu rouge rougel rougelsum meteor chrf bertscore bertprecision wordinfopreserved wip comet squad
    psnr psnrb peaksignalnoiseratio ssim msssim multiscalessim structuralsimilarityindexmeasure
    universalimagequalityindex uqi vif visualinformationfidelity inceptionscore clipscore clipiqa
    spatialcorrelationcoefficient qualitywithnoreference
    snr sisnr csisnr sdr sisdr sasdr signalnoiseratio signaldistortionratio scaleinvariantsignaldistortionratio
    scaleinvariantsignalnoiseratio pesq stoi srmr nisqa dnsmos
    reward rewards return returns episodereward episodereturn sharpe sharperatio throughput samplespersecond
    stepspersecond tokenspersecond score
    """
)
LOWER = _set(
    """
    loss logloss binarylogloss multilogloss mlogloss nll negativeloglikelihood nloglik poissonnloglik gammanloglik
    coxnloglik tweedienloglik aftnloglik bce ce crossentropy binarycrossentropy categoricalcrossentropy
    sparsecategoricalcrossentropy crossentropylambda xentropy xentlambda querycrossentropy softmaxloss
    multiclass multiclassonevsall pairlogit pairlogitpairwise querysoftmax focalloss zerooneloss hammingloss
    brier brierscore brierscoreloss hinge hingeloss squaredhinge categoricalhinge labelrankingloss coverageerror
    error err errors binaryerror multierror merror errorrate balancederrorrate numerrors misses misclassification
    rmse mse mae mape smape wmape msle rmsle medae mdae nrmse rse rae mphe meansquarederror rootmeansquarederror
    meanabsoluteerror meanabsolutepercentageerror symmetricmape weightedmape medianabsoluteerror maxerror
    meansquaredlogerror meansquaredlogarithmicerror rootmeansquaredlogerror meanbiaserror relativesquarederror
    normalizedrootmeansquarederror rmsewithuncertainty queryrmse logcosh logcosherror l1 l2 lq l2root
    poissondeviance gammadeviance tweediedeviance meanpoissondeviance meangammadeviance meantweediedeviance deviance
    poisson gamma tweedie huber huberloss fair fairloss quantile multiquantile loglinquantile expectile pinball
    pinballloss survivalaft cox crps
    fpr fnr fdr fallout falsepositiverate falsenegativerate falsediscoveryrate falsepositives falsenegatives eer
    negativelikelihoodratio ece mce calibrationerror expectedcalibrationerror
    kl kld kldivergence kullbackleibler kullbackleiblerdivergence jsdivergence jensenshannondivergence divergence
    hamming hammingdistance distance minkowskidistance editdistance extendededitdistance levenshtein wasserstein
    frechetinceptiondistance kernelinceptiondistance lpips dists perceptualpathlength memorizationinformedfid
    rase ergas spectralanglemapper sam spectraldistortionindex spatialdistortionindex rootmeansquarederrorslidingwindow
    perplexity ppl bpc bitsperbyte wer cer ter mer wil worderrorrate charerrorrate matcherrorrate translationeditrate
    wordinfolost infolm daviesbouldin inertia aic bic regret cost
    time seconds latency duration runtime elapsed fittime scoretime
    """
)
WITHOUT_DIRECTION = _set("fid kid gini ks pr roc balanced confusion top1error")
"""Names of metrics without a direction in the table, because they have several meanings."""

AROUND = _set(
    """
    train training tr val valid validation dev test testing eval evaluation holdout oof cv fold best final last
    mean avg average median macro micro weighted samples binary multiclass multilabel log model baseline new old total
    overall global batch epoch step running smoothed ema at top k cls reg metric metrics predict inference fit wall cpu
    learn valid0 valid1 b score
    """
)
"""Words that may surround the name of a metric without changing its direction."""
SPREAD = _set("std stderr sem var")
TURNS = _set("neg")
"""Prefix of scikit-learn scorers for losses: it reverses the direction."""
UNSURE = _set("d2 inverse inv minus delta diff difference change improvement gap ratio negative non no anti")
"""Words before the name of a metric that make its direction unknown."""
WHOLE_ONLY = _set(
    "score f p r d2 pre hit hits pass time distance similarity return returns l1 l2 lq rand correlation corr sam map "
    "ap cost duration runtime gamma poisson tweedie huber fair quantile expectile cox divergence likelihood em comet "
    "pq elapsed multiclass topk squad dists"
)
"""Names that count only if all other words are in AROUND: "survival_time" is a different quantity."""
NOT_BY_NAME = _set(
    "f p r d2 pre hit pass time seconds latency duration runtime elapsed distance similarity return returns reward "
    "rewards l1 l2 lq l2root cost gamma poisson tweedie huber fair quantile multiquantile expectile cox multiclass "
    "comet pq cls squad dists sam fit hinge inertia divergence likelihood em rand correlation corr regret throughput "
    "topk fittime scoretime errors crps"
)
"""Names that are metrics only with --metric: a variable of this name is as likely a hyperparameter."""

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+[0-9]*|[A-Z]+[0-9]*|[0-9]+|[^\W\d_]+")
_DIGITS = re.compile(r"[0-9]+")
_HIGHER, _LOWER = "higher", "lower"


@lru_cache(4096)
def direction(name: str) -> Direction:
    """The direction of a metric: "higher" or "lower" is better; "unknown" if its name does not imply it.

    >>> [direction(m) for m in ("val/acc", "binary_logloss", "neg_log_loss", "ndcg@5", "mlogloss-mean", "fid")]
    ['higher', 'lower', 'higher', 'higher', 'lower', 'unknown']
    """
    words = _words(name)
    for before, core in _cores(words):
        whole = all(w in AROUND or w in TURNS or _DIGITS.fullmatch(w) for w in before)
        known = _known("".join(core))
        if known and (whole or ("".join(core) not in WHOLE_ONLY and not UNSURE.intersection(before))):
            turned = sum(w in TURNS for w in before) % 2 == 1
            return (_LOWER if known == _HIGHER else _HIGHER) if turned else known  # type: ignore[return-value]
    return "unknown"


def is_metric_name(name: str) -> bool:
    """True for "acc", "val_loss", "rmse_test"; False for "ACC_MIN", "loss_weight", "precision_bits", "gamma".

    An upper-case name is a constant and not a measurement.
    """
    if name.isupper() and len(name) > 1:
        return False
    words = [w for w in _words(name) if w not in SPREAD]
    for before, core in _cores(words):
        joined = "".join(core)
        fits = joined not in NOT_BY_NAME and (_known(joined) or joined in WITHOUT_DIRECTION)
        if fits and all(w in AROUND or w in TURNS or w in ("squared", "absolute") for w in before):
            return True
    return False


def _words(name: str) -> list[str]:
    return [w.lower() for w in _WORDS.findall(name)]


def _cores(words: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Yield candidates for the name of the metric among the words, longest first, each with the words before it.

    After a candidate there are only words of AROUND and numbers ("@10").
    """
    end = len(words)
    ends = [end]
    while end > 1 and (words[end - 1] in AROUND or _DIGITS.fullmatch(words[end - 1])):
        end -= 1
        ends.append(end)
    spans = [(start, stop) for stop in ends for start in range(stop)]
    for start, stop in sorted(spans, key=lambda s: (s[0] - s[1], -s[1])):
        yield words[:start], words[start:stop]


def _known(joined: str) -> Direction | None:
    for one in (joined, joined.rstrip("0123456789"), re.sub(r"^top[0-9]+", "topk", joined)):
        if one in HIGHER:
            return "higher"
        if one in LOWER:
            return "lower"
    return None
