"""Labelled pieces of code: for each rule something that breaks it, and twins that look alike and do not."""

from tests.apps.review.analysers.corpus.authentication import AUTHENTICATION
from tests.apps.review.analysers.corpus.case import Case
from tests.apps.review.analysers.corpus.credentials import SECRETS
from tests.apps.review.analysers.corpus.dangerous import DANGEROUS
from tests.apps.review.analysers.corpus.data_handling import DATA_HANDLING

CORPUS: tuple[Case, ...] = (*DANGEROUS, *AUTHENTICATION, *DATA_HANDLING, *SECRETS)
