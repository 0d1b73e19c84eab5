"""netguard: what on this home network could end up opening the front door.

Read `pipeline.py` first. Data goes one way through the stages, each a folder:
vantage, discover, identify, probe, checks, advise, report. They meet in the pipeline only
and share nothing but `model/`.
"""

__version__ = "0.1.0"
