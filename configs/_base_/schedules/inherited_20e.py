# The schedule of a student that is born from its teacher, for a config whose
# other base has that of random weights.
inherited_20e = [
    dict(
        type='CosineAnnealingLR',
        begin=0,
        end=20,
        by_epoch=True,
        convert_to_iter_based=True,
    )
]
