# The learning rate of the digits' inherited student, picked blind: 200 steps,
# with the fidelity of each row beside its accuracy.
_base_ = './_base_/digits_rounds.py'
epochs = [5]
fidelity = True
rate = 'optim_wrapper.architecture.optimizer.lr'
rows = {
    'rate 0.002': {rate: 0.002},
    'rate 0.005': {rate: 0.005},
    'rate 0.01': {rate: 0.01},
    'rate 0.02': {rate: 0.02},
    'rate 0.05': {rate: 0.05},
    'rate 0.1': {rate: 0.1},
    'rate 0.2': {rate: 0.2},
}
