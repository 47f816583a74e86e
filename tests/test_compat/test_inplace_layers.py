"""Tests of layers that work in place beside MMRazor's recorders."""

import pytest
import torch
from mmengine.model import BaseModel
from mmrazor.models.algorithms import BaseAlgorithm, SingleTeacherDistill
from torch import nn


class Net(BaseModel):
    """A ReLU in place after what is recorded, some modules down."""

    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(4)
        self.head = nn.Sequential(nn.Sequential(nn.ReLU(inplace=True)))

    def forward(self, inputs, data_samples=None, mode='tensor'):
        """Returns what the ReLU gives."""
        return self.head(self.norm(inputs))


def test_student():
    """Its layers work out of place, unless that is asked for."""
    assert not BaseAlgorithm(Net()).architecture.head[0][0].inplace
    kept = BaseAlgorithm(Net(), module_inplace=True)
    assert kept.architecture.head[0][0].inplace


@pytest.mark.parametrize('side', ['student', 'teacher'])
def test_records_are_not_overwritten(side):
    """What a distiller compares is what the layer gave."""
    recorders = dict(norm=dict(type='ModuleOutputs', source='norm'))
    algorithm = SingleTeacherDistill(
        distiller=dict(
            type='ConfigurableDistiller', **{f'{side}_recorders': recorders}
        ),
        teacher=Net(),
        architecture=Net(),
    )
    distiller = algorithm.distiller
    recorded = getattr(distiller, f'{side}_recorders')
    model = getattr(algorithm, side)
    with recorded:
        model(torch.randn(8, 4))
    record = recorded.get_recorder('norm').get_record_data()
    assert record.min() < 0


def test_torchscript_stays():
    """Its constants cannot be set, and were not before."""
    net = Net()
    net.head = torch.jit.script(nn.Sequential(nn.ReLU(inplace=True)))
    assert BaseAlgorithm(net).architecture.head[0].inplace
