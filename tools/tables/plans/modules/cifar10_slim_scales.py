# As cifar10_slim.py, 20 epochs at other data scales: 40 steps at 1%, 400 at
# 10% and 800 at 20%.
_base_ = './cifar10_slim.py'
epochs = [20]
rows = {
    'data scale 1%': {'train_dataloader.dataset.length': 500},
    'data scale 20%': {'train_dataloader.dataset.length': 10_000},
}
