"""The settings of the mechanism test are independent of one another."""

import copy

from mechanism_test import FACTORS, LABELS, with_phi
from mmengine.config import Config


def test_settings_do_not_leak():
    """Every row starts from the config, whatever came before."""
    cfg = Config(dict(model=dict(labels='predicted', task_loss=dict(gamma=2))))
    before = copy.deepcopy(cfg._cfg_dict)
    seen = {
        (labels, name): with_phi(cfg, labels, options).model.task_loss
        for labels in LABELS
        for name, options in FACTORS.items()
    }
    assert cfg._cfg_dict == before
    assert seen['rare', 'phi = 1'] == dict(gamma=0, diversity=False)
    assert seen['rare', 'difficulty'] == dict(gamma=2, diversity=False)
    assert seen['uniform', 'both'] == dict(gamma=2, diversity=True)
    assert 'detach' not in seen['rare', 'both']
