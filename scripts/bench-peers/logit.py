"""logit.py DATA DESIGN - pandas and statsmodels' Logit by Newton's method, standard errors, AUC by ranks."""
import sys

import numpy
import pandas
import statsmodels.api

import frame

names, points, outcome = frame.read(*sys.argv[1:])
design = numpy.column_stack([numpy.ones(len(points)), points])
fit = statsmodels.api.Logit(outcome, design).fit(method="newton", disp=0)
ranks = pandas.Series(design @ fit.params).rank().to_numpy()
events = int(outcome.sum())
area = (ranks[outcome == 1].sum() - events * (events + 1) / 2) / (events * (len(outcome) - events))
names = ["(intercept)", *names]
frame.say(names, fit.params)
frame.say(names, fit.bse, "se:")
frame.say(["auc"], [area])
