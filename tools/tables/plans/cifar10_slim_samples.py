# The paper's Figure 1 on CIFAR-10's slim pair: a student of N synthetic images
# beside one of N real images, at as many steps. All are made before the first
# step, and the last N stay, so that every N comes from the same generator.
folder = 'configs/mmpretrain/cifar10/'
pair = '_logits_resnet18-w16_resnet18-w8_1xb256-200e_cifar10.py'
teacher = folder + 'resnet18-w16_1xb128-30e_cifar10.py'
config = folder + 'ssdkd' + pair
metric = 'accuracy/top1'
epochs = [40]
rounds = [2, 5, 10, 20]
rows = {
    **{
        f'{256 * n} synthetic images': {
            'model.synthesis.warmup_rounds': max(rounds) - 1,
            'model.synthesis.until': 0,
            'model.replay_buffer.max_size': 256 * n,
        }
        for n in rounds
    },
    **{
        f'{256 * n} real images': {
            'config': folder + 'kd' + pair.replace('200e', '20e'),
            # From all over the set, whose folders are sorted by class.
            'train_dataloader.dataset.indices': [
                i * 50_000 // (256 * n) for i in range(256 * n)
            ],
            # Batches in an epoch of SSD-KD's over those in one of these.
            'epoch_factor': 20 / n,
        }
        for n in rounds
    },
}
