"""What a student learnt from can be looked at."""

import matplotlib.image
import pytest
import torch
from mmengine.config import Config
from mmrazor.registry import MODELS
from plot_images import draw, main, to_rgb
from toy_models import build, optimizers, segmentation, ssdkd, steps


def distil(model):
    """Takes a step; returns the algorithm and its samples."""
    algorithm = build(model)
    steps(algorithm, optimizers(algorithm), 1)
    return algorithm, algorithm.replay_buffer.state_dict()['samples']


def titles(figures):
    """Returns what is written over the pictures of the last figure."""
    return [axis.get_title() for axis in figures[-1].axes if axis.images]


@pytest.fixture
def figures(monkeypatch):
    """The figures that were saved."""
    saved = []

    def savefig(figure, out, **options):
        saved.append(figure)

    monkeypatch.setattr('matplotlib.figure.Figure.savefig', savefig)
    return saved


def test_newest_images_stand_under_their_classes_in_order(figures, tmp_path):
    """Those that a full buffer forgets next are the last to be drawn."""
    algorithm, samples = distil(ssdkd())
    assert len(samples['images']) == 16
    samples['order'] = samples['order'].flip(0)
    samples['labels'] = torch.arange(16, dtype=torch.int16) % 4
    draw(samples, algorithm, {}, tmp_path / 'a.png', rows=1)
    # The ten of the largest order are now the first.
    expected = [str(number) for number in sorted(i % 4 for i in range(10))]
    assert titles(figures) == expected
    first = figures[-1].axes[0].images[0].get_array()
    drawn = samples['images'][[0, 4, 8], 0].numpy()
    assert any((first[..., 0] == image).all() for image in drawn)
    names = dict(classes=['cat', 'dog', 'frog', 'ship'])
    draw(samples, algorithm, names, tmp_path / 'a.png', rows=1)
    assert titles(figures)[0] == 'cat' and titles(figures)[-1] == 'ship'


def test_maps_stand_beside_their_images(figures, tmp_path):
    """Each pair is of one sample, in the palette's colours."""
    algorithm, samples = distil(segmentation())
    palette = [[10 * number, 0, 255] for number in range(5)]
    draw(samples, algorithm, dict(palette=palette), tmp_path / 'a.png')
    pictures = [axis.images[0].get_array() for axis in figures[-1].axes]
    assert len(pictures) == 2 * len(samples['images']) == 32
    index = int(samples['order'].argmax())
    assert (pictures[0] == to_rgb(samples['images'], algorithm)[index]).all()
    assert (pictures[1][..., 0] == 10 * samples['labels'][index]).all()
    assert (pictures[1][..., 2] == 255).all()
    # Without a palette as many colours as there are classes.
    samples['labels'][index] = (
        torch.arange(5)
        .repeat(1000)[: samples['labels'][index].numel()]
        .view_as(samples['labels'][index])
    )
    draw(samples, algorithm, {}, tmp_path / 'a.png')
    colors = figures[-1].axes[1].images[0].get_array().reshape(-1, 3)
    assert len({tuple(color) for color in colors.tolist()}) == 5


@pytest.mark.parametrize('swaps', [True, False])
def test_channels_are_those_that_the_teacher_sees(swaps):
    """Images of a teacher that turns BGR into RGB are BGR."""
    model = segmentation()
    for name in ('teacher', 'architecture'):
        model[name]['data_preprocessor']['bgr_to_rgb'] = swaps
    images = torch.zeros(1, 3, 4, 4, dtype=torch.uint8)
    images[:, 0] = 200
    picture = to_rgb(images, MODELS.build(model))
    assert picture.shape == (1, 4, 4, 3)
    assert picture[0, 0, 0].tolist() == ([0, 0, 200] if swaps else [200, 0, 0])


@pytest.mark.parametrize('channels', [2, 4])
def test_pictures_have_one_or_three_channels(channels):
    """Others cannot be drawn."""
    images = torch.zeros(1, channels, 4, 4, dtype=torch.uint8)
    with pytest.raises(ValueError, match=f'`channels`.*1 or 3.*{channels}'):
        to_rgb(images, build(ssdkd()))


def test_command_draws_a_checkpoint(tmp_path, monkeypatch):
    """From the config and the file alone."""
    config = Config(dict(model=ssdkd(), default_scope='mmpretrain'))
    config.dump(tmp_path / 'config.py')
    algorithm, _ = distil(ssdkd())
    torch.save(dict(state_dict=algorithm.state_dict()), tmp_path / 'e.pth')
    paths = [tmp_path / name for name in ('config.py', 'e.pth', 'out.png')]
    monkeypatch.setattr('sys.argv', ['plot_images.py', *map(str, paths)])
    main()
    assert matplotlib.image.imread(paths[-1]).shape[1] == 800
