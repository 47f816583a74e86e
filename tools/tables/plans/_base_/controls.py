# SSD-KD, its plain baseline, and the control that needs no real image.
_base_ = './time.py'
rows = {'control: untrained generator': {'model.synthesis.iters': 0}}
