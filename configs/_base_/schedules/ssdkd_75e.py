# SSD-KD's optimizers and schedules for 60 epochs and a last phase of 15 at a
# tenth of the learning rate. A leaf config says with `model.synthesis.until`
# that no image is made in it, and gives `student_schedule` to connectors, too.
_base_ = './ssdkd.py'
train_cfg = dict(by_epoch=True, max_epochs=75, val_interval=15)
student_schedule = dict(
    type='CosineRestartLR',
    periods=[60, 15],
    restart_weights=[1.0, 0.1],
    eta_min=0,
    begin=0,
    end=75,
    by_epoch=True,
    convert_to_iter_based=True,
)
# One list for each optimizer, stepped once in every iteration.
param_scheduler = dict(generator=[], architecture=[student_schedule])
