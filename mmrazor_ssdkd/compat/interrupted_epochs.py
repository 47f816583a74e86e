"""Lets a run resume in the middle of an epoch."""

from itertools import islice

from mmengine.runner import EpochBasedTrainLoop

_KEY = 'batches_of_epoch'


def mend_interrupted_epochs() -> None:
    """Makes a loop by epochs go on at the batch that a checkpoint is of.

    mmengine begins the epoch anew, so that a checkpoint which
    ``CheckpointHook(by_epoch=False)`` wrote gives a run with more steps than
    its config says, at learning rates past the end of its schedules. Which
    batch is next is kept in the message hub, which every checkpoint holds; one
    without it begins its epoch anew.
    """
    EpochBasedTrainLoop.run_epoch = _run_epoch


def _run_epoch(loop: EpochBasedTrainLoop) -> None:
    """Runs what is left of an epoch, in place of the loop's method."""
    runner = loop.runner
    hub = runner.message_hub
    # A run that starts may share its hub with one that broke off.
    done = hub.get_info(_KEY, 0) if loop._iter else 0
    runner.call_hook('before_train_epoch')
    runner.model.train()
    # The sampler's order is that of the epoch, so these are the same batches.
    for idx, data_batch in islice(enumerate(loop.dataloader), done, None):
        # In time for the hooks after the step, which save.
        hub.update_info(_KEY, idx + 1)
        loop.run_iter(idx, data_batch)
    hub.update_info(_KEY, 0)
    runner.call_hook('after_train_epoch')
    loop._epoch += 1
