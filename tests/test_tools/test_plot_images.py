"""What a student learnt from can be looked at."""

import pytest
import torch
from mmengine.config import Config
from mmrazor.registry import MODELS
from plot_images import main
from toy_models import (
    build,
    optimizers,
    segmentation,
    several_labels,
    ssdkd,
    steps,
)

from mmrazor_ssdkd.cli.pictures import class_names, draw, to_rgb

# Of the newest ten samples, in the order in which they are drawn.
SORTED = [0, 4, 8, 1, 5, 9, 2, 6, 3, 7]


def distil(model):
    """Takes a step; returns the algorithm and its 16 samples.

    The newest come first, and every one can be told by its pixels and label.
    """
    algorithm = build(model)
    steps(algorithm, optimizers(algorithm), 1)
    samples = algorithm.replay_buffer.state_dict()['samples']
    assert len(samples['images']) == 16
    numbers = torch.arange(16)
    samples['order'] = samples['order'].flip(0)
    samples['images'][:] = (10 * numbers).view(-1, 1, 1, 1)
    sides = [1] * (samples['labels'].dim() - 1)
    samples['labels'][:] = (numbers % 4).view(-1, *sides)
    return algorithm, samples


@pytest.fixture
def figures(monkeypatch):
    """The figures that were saved."""
    saved = []

    def savefig(figure, out, **options):
        saved.append(figure)

    monkeypatch.setattr('matplotlib.figure.Figure.savefig', savefig)
    return saved


def drawn(figures):
    """Returns the last figure's titles, and the color of each picture."""
    axes = [axis for axis in figures[-1].axes if axis.images]
    pictures = [axis.images[0].get_array() for axis in axes]
    assert all((p == p[0, 0]).all() for p in pictures)
    return [a.get_title() for a in axes], [p[0, 0].tolist() for p in pictures]


def test_newest_images_stand_under_their_classes_in_order(figures, tmp_path):
    """The ten newest of sixteen are drawn, sorted by class."""
    algorithm, samples = distil(ssdkd())
    names = dict(classes=[*'abcdefghij'])
    draw(samples, algorithm, names, tmp_path / 'a.png', rows=1)
    titles, pictures = drawn(figures)
    assert titles == ['abcd'[index % 4] for index in SORTED]
    assert pictures == [[10 * index] * 3 for index in SORTED]


def test_images_of_several_labels_stand_under_all_of_them(figures, tmp_path):
    """Sorted by label, those that have none first."""
    algorithm, samples = distil(several_labels())
    samples['labels'][:] = 0
    samples['labels'][[0, 1], [2, 0]] = 1
    samples['labels'][0, 5] = 1
    names = dict(classes=[*'abcdefghij'])
    draw(samples, algorithm, names, tmp_path / 'a.png', rows=1)
    titles, pictures = drawn(figures)
    assert titles == [*['none'] * 8, 'c, f', 'a']
    assert [pictures[8][0], pictures[9][0]] == [0, 10]


def test_maps_stand_beside_their_images(figures, tmp_path):
    """Each pair is of one sample, in the palette's colours."""
    algorithm, samples = distil(segmentation())
    palette = dict(palette=[[number, 0, 255] for number in range(5)])
    draw(samples, algorithm, palette, tmp_path / 'a.png', rows=2)
    _, pictures = drawn(figures)
    assert pictures[::2] == [[10 * index] * 3 for index in range(8)]
    assert pictures[1::2] == [[index % 4, 0, 255] for index in range(8)]


@pytest.mark.parametrize('number', [5, 20, 150, 300])
def test_every_class_has_a_color_of_its_own(figures, tmp_path, number):
    """Also where no palette says which."""
    algorithm, samples = distil(segmentation())
    algorithm.num_classes = number
    last = (number - 1 - torch.arange(8)) % number
    samples['labels'][:8] = last.view(-1, 1, 1)
    draw(samples, algorithm, {}, tmp_path / 'a.png', rows=2)
    colors = {tuple(color) for color in drawn(figures)[1][1::2]}
    assert len(colors) == min(8, number)


@pytest.mark.parametrize(
    'model, meta, message',
    [
        (ssdkd, dict(classes=['cat']), '`classes`.*10 classes.*got 1'),
        (segmentation, dict(palette=[[0, 0, 0]]), '`palette`.*5 classes'),
    ],
)
def test_too_few_names_or_colors(model, meta, message, tmp_path):
    """They are of other classes."""
    algorithm, samples = distil(model())
    with pytest.raises(ValueError, match=message):
        draw(samples, algorithm, meta, tmp_path / 'a.png')
    assert not list(tmp_path.iterdir())


def test_names_fit_over_an_image():
    """ImageNet's classes have several names each."""
    classes = ['tench, Tinca tinca', 'red-breasted merganser', *'cdefghij']
    names = class_names(build(ssdkd()), dict(classes=classes))
    assert names == ['tench', 'red-breasted…', *'cdefghij']


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


@pytest.mark.parametrize('channels', [1, 2, 4, 5, 13])
def test_pictures_of_other_channels(channels):
    """One or two are gray, of more the first three are colours."""
    images = torch.arange(1, channels + 1, dtype=torch.uint8) * 10
    images = images.view(1, -1, 1, 1).repeat(1, 1, 4, 4)
    # A swap, which is of three channels alone, changes nothing.
    picture = to_rgb(images, build(segmentation()))
    assert picture.shape == (1, 4, 4, 3)
    shown = [10, 10, 10] if channels < 3 else [10, 20, 30]
    assert picture[0, 0, 0].tolist() == shown


@pytest.fixture
def command(tmp_path, monkeypatch):
    """Returns what calls the tool on a toy's checkpoint."""
    (tmp_path / 'names.txt').write_text('\n'.join('abcdefghij'))
    dataset = dict(
        type='CustomDataset', metainfo=dict(classes=f'{tmp_path}/names.txt')
    )
    config = Config(
        dict(
            model=ssdkd(),
            default_scope='mmpretrain',
            val_dataloader=dict(dataset=dataset),
        )
    )
    config.dump(tmp_path / 'config.py')
    algorithm, _ = distil(ssdkd())
    torch.save(dict(state_dict=algorithm.state_dict()), tmp_path / 'e.pth')
    png = tmp_path / 'new' / 'out.png'

    def call(*arguments):
        paths = [tmp_path / 'config.py', tmp_path / 'e.pth', png]
        argv = ['plot_images.py', *map(str, paths), *arguments]
        monkeypatch.setattr('sys.argv', argv)
        main()
        return png

    return call


def test_command_writes_a_picture(command, monkeypatch, capsys):
    """Into a folder that is not there yet, and says that alone."""
    said = []
    monkeypatch.setattr(
        'mmrazor_ssdkd.models.loaded_weights.print_log',
        lambda text, **_: said.append(text),
    )
    png = command()
    assert not said
    assert capsys.readouterr().out == f'Wrote {png}\n'
    assert png.read_bytes().startswith(b'\x89PNG')


def test_command_names_classes_and_counts_rows(command, figures):
    """The names are in a file that the config's dataset reads."""
    command('--rows', '1')
    titles = [axis.get_title() for axis in figures[-1].axes]
    assert len(titles) == 10 and titles == sorted(titles)
    assert set(titles) <= set('abcdefghij')


@pytest.mark.parametrize('rows', ['0', '-1'])
def test_command_checks_rows_first(command, rows, monkeypatch, capsys):
    """Before it loads anything."""
    monkeypatch.setattr('plot_images.build', None)
    with pytest.raises(SystemExit):
        command('--rows', rows)
    assert f'`rows` must be >= 1, but got {rows}' in capsys.readouterr().err
