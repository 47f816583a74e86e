"""Packaging of mmrazor_ssdkd."""

import os
import re
import shutil
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

ROOT = Path(__file__).parent
PACKAGE = ROOT / 'mmrazor_ssdkd'


def version() -> str:
    """Returns the version without importing the package."""
    text = (PACKAGE / 'version.py').read_text()
    found = re.search("__version__ = '(.+)'", text)
    assert found, text
    return found[1]


class BuildWithConfigs(build_py):
    """Puts configs and tools into a wheel where OpenMMLab's packages do.

    An editable install has them beside the package.
    """

    def run(self) -> None:
        """Builds the package, then copies them."""
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib) / PACKAGE.name / '.mim'
            ignored = shutil.ignore_patterns('__pycache__', '*.pyc', '*.png')
            for folder in ('configs', 'tools'):
                shutil.rmtree(target / folder, ignore_errors=True)
                shutil.copytree(ROOT / folder, target / folder, ignore=ignored)
            shutil.copy(ROOT / 'configs' / 'model-index.yml', target)


class SourcesWithConfigs(sdist):
    """Puts configs and tools into the sources, from which wheels are built."""

    def make_release_tree(self, base_dir: str, files: list[str]) -> None:
        """Copies them beside what setuptools finds."""
        more = [
            str(path)
            for folder in ('configs', 'tools')
            for path in sorted(Path(folder).rglob('*'))
            if path.is_file() and '__pycache__' not in path.parts
        ]
        super().make_release_tree(base_dir, [*files, *more])


def requirements() -> list[str]:
    """Returns the package's requirements, with the mmcv that was asked for."""
    lines = (PACKAGE / 'requirements.txt').read_text().splitlines()
    wanted = [line for line in lines if line and not line.startswith('#')]
    # mmcv and mmcv-lite unpack to the same folder, so one must not be laid
    # over the other. The variable is mmcv's own.
    if os.environ.get('MMCV_WITH_OPS') == '1':
        wanted = [line.replace('mmcv-lite', 'mmcv') for line in wanted]
    return wanted


setup(
    name='mmrazor_ssdkd',
    version=version(),
    description='Small Scale Data-Free Knowledge Distillation for MMRazor',
    long_description=(ROOT / 'README.md').read_text(encoding='utf-8'),
    long_description_content_type='text/markdown',
    license='Apache-2.0',
    python_requires='>=3.10',
    packages=find_packages(include=['mmrazor_ssdkd', 'mmrazor_ssdkd.*']),
    package_data={
        'mmrazor_ssdkd': ['requirements.txt', 'py.typed'],
        'mmrazor_ssdkd.reporting': ['templates/*'],
    },
    cmdclass={'build_py': BuildWithConfigs, 'sdist': SourcesWithConfigs},
    entry_points={'console_scripts': ['ssdkd = mmrazor_ssdkd.command:main']},
    install_requires=requirements(),
    extras_require={
        # Where a network or its weights may come from.
        'networks': [
            'timm>=1.0,<2',
            'transformers>=4.40,<6',
            'safetensors>=0.4,<1',
        ],
        # What `export_student.py --onnx` writes and compares with.
        'onnx': [
            'onnx>=1.16,<2',
            'onnxruntime>=1.18,<2',
            'onnxscript>=0.5,<1',
        ],
        'tests': [
            'pytest>=8,<10',
            'pytest-xdist>=3.8,<4',
            'ruff>=0.17.5,<0.18',
            'mypy>=2.4,<2.5',
            'interrogate>=1.7,<2',
            'codespell>=2.3,<3',
            'hypothesis>=6.100,<7',
            'tensorboard>=2.16,<3',
        ],
    },
)
