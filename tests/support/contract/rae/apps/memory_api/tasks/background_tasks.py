"""Stands in for the tasks: how long they take is told, and what they did is a file."""

import os
import pathlib
import time

from celery import Celery

celery_app = Celery("rae", broker=os.environ["CELERY_BROKER_URL"], backend=os.environ["CELERY_RESULT_BACKEND"])
celery_app.conf.beat_schedule = {"often": {"task": f"{__name__}.work", "schedule": 0.5, "args": (0, "often")}}


@celery_app.task
def work(seconds, name):
    place = pathlib.Path(os.environ["HOME"])
    (place / f"{name}-began").touch()
    time.sleep(seconds)
    (place / f"{name}-ended").touch()
    return name
