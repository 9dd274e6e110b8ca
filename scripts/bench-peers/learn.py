"""learn.py SOLVER DATA DESIGN - pandas and scikit-learn's LogisticRegression, as it comes but for the solver and
without a penalty; it has no standard errors."""
import sys

from sklearn import __version__
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

import frame

solver, data, design = sys.argv[1:]
names, points, outcome = frame.read(data, design)
none = None if tuple(map(int, __version__.split(".")[:2])) >= (1, 2) else "none"
model = LogisticRegression(penalty=none, solver=solver, max_iter=1000).fit(points, outcome)
frame.say(["(intercept)", *names], [model.intercept_[0], *model.coef_[0]])
frame.say(["auc"], [roc_auc_score(outcome, model.decision_function(points))])
