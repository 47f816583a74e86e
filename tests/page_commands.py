"""The commands on the project's pages, and the tests that execute them."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Optional

from reading_ease import pages

ROOT = Path(__file__).resolve().parents[1]
# By script or program, those that execute it: a test's file and name. Every
# option that a page gives it stands in one of the files.
EXECUTED_BY: dict[str, list[str]] = {
    'pytest': ['test_tools/test_try_versions.py::test_result'],
    'ssdkd': [
        'test_tools/test_wheel.py::test_distilling_from_an_empty_folder'
    ],
    'tests/endurance_run.py': [
        'test_tools/test_endurance.py::test_nothing_grows'
    ],
    'tests/killed_processes.py': [
        'test_tools/test_torchrun.py::test_killed_process'
    ],
    'tests/killed_runs.py': [
        'test_tools/test_kills.py::test_killed_runs_end_like_one_left_alone'
    ],
    'tools/benchmarks/benchmark.py': [
        'test_tools/test_benchmark.py::test_command_line'
    ],
    'tools/benchmarks/compare_options.py': [
        'test_tools/test_compare_options.py::test_command_line'
    ],
    'tools/benchmarks/compare_processes.py': [
        'test_tools/test_compare_processes.py::'
        'test_the_first_changes_from_seed_to_seed'
    ],
    'tools/benchmarks/compute_scale.py': [
        'test_tools/test_compute_scale.py::test_table'
    ],
    'tools/benchmarks/mechanism_test.py': [
        'test_tools/test_mechanism_test.py::test_command_line'
    ],
    'tools/dist_train.sh': ['test_tools/test_shell.py::test_dist_train'],
    'tools/export_student.py': [
        'test_tools/test_end_to_end.py::'
        'test_exported_student_is_plain_mmpretrain'
    ],
    'tools/export_synthetic.py': [
        'test_tools/test_teachers_end_to_end.py::'
        'test_folders_are_those_of_the_ensembles_classes'
    ],
    'tools/misc/mmrazor_tests.py': [
        'test_tools/test_mmrazor_tests.py::test_checkout'
    ],
    'tools/misc/slow_tests.py': [
        'test_tools/test_slow_tests.py::test_table_on_a_page'
    ],
    'tools/misc/try_versions.py': [
        'test_tools/test_try_versions.py::test_result'
    ],
    'tools/model_converters/prune_teacher.py': [
        'test_tools/test_prune_teacher.py::test_student_is_the_pruned_teacher'
    ],
    'tools/new_config.py': [
        'test_tools/test_new_config.py::test_timm_networks'
    ],
    'tools/quickstart.sh': [
        'test_tools/test_shell.py::test_quickstart',
        'test_tools/test_quickstart.py::test_task',
        'test_tools/test_wheel.py::test_quickstart_from_an_empty_folder',
    ],
    'tools/report.py': [
        'test_tools/test_report.py::test_page_goes_into_the_work_dir'
    ],
    'tools/run_tests.sh': ['test_tools/test_shell.py::test_run_tests'],
    'tools/slurm_train.sh': ['test_tools/test_shell.py::test_slurm_train'],
    'tools/tables/calibrate_fidelity.py': [
        'test_tools/test_table_fidelity.py::test_table_and_plot_are_by_task'
    ],
    'tools/tables/claims.py': [
        'test_tools/test_claims.py::'
        'test_the_published_page_is_made_of_the_published_runs'
    ],
    'tools/tables/run_table.py': [
        'test_page_commands.py::test_table',
        'test_tools/test_run_table.py::test_run_goes_on_where_it_was_cut_off',
    ],
    'tools/test.py': [
        'test_tools/test_end_to_end.py::test_test_tool_repeats_the_validation'
    ],
    'tools/train.py': [
        'test_tools/test_end_to_end.py::test_amp_with_ssdkd',
        'test_tools/test_end_to_end.py::'
        'test_resume_gives_the_same_student_bit_for_bit',
        'test_tools/test_compression.py::test_search',
    ],
    'tools/visualizations/plot_curves.py': [
        'test_tools/test_curves.py::test_table_and_plot_of_runs'
    ],
    'tools/visualizations/plot_images.py': [
        'test_tools/test_plot_images.py::test_command_writes_a_picture'
    ],
    'tools/visualizations/plot_log.py': [
        'test_tools/test_curves.py::test_plot_of_logs'
    ],
    'tools/visualizations/plot_samples.py': [
        'test_tools/test_curves.py::test_plot_of_samples'
    ],
    'torchrun': [
        'test_tools/test_torchrun.py::test_two_machines_go_on_after_a_failure'
    ],
}
# Why no test executes it.
NOT_EXECUTED = {
    'build': 'Makes a release, which a wheel of the same sources stands for.',
    'pip': 'Downloads.',
    'twine': 'Looks at a release.',
}


def block_commands(text: str) -> Iterator[list[str]]:
    """Yields the commands of a page's shell examples."""
    blocks = re.findall(
        r'^ *```bash\n(.*?)```', text, re.DOTALL | re.MULTILINE
    )
    for block in blocks:
        for line in block.replace('\\\n', ' ').splitlines():
            words = shlex.split(line, comments=True)
            if words:
                yield words


def inline_commands(text: str) -> Iterator[list[str]]:
    """Yields the commands within a page's sentences and tables."""
    prose = re.sub(r'^ *```.*?```', '', text, flags=re.DOTALL | re.MULTILINE)
    for span in re.findall(r'`([^`]+)`', prose):
        words = span.split()
        starts = words[0] in ('python', 'bash', 'ssdkd')
        # With an ellipsis it is a sketch.
        if starts and len(words) > 2 and '...' not in words:
            yield shlex.split(' '.join(words))


COMMANDS = {
    ' '.join(words): words
    for page in pages()
    for found in (block_commands, inline_commands)
    for words in found(page.read_text('utf-8'))
}


def call(words: list[str]) -> Optional[tuple[Path, list[str]]]:
    """Returns a command's script and arguments; None where it has none."""
    words = list(words)
    while words and re.fullmatch(r'\w+=\S*', words[0]):
        words.pop(0)
    if words[0] == 'ssdkd':
        name = {'export': 'export_student'}.get(words[1], words[1])
        (script,) = (ROOT / 'tools').rglob(f'{name.replace("-", "_")}.py')
        return script, words[2:]
    for place, word in enumerate(words):
        if re.fullmatch(r'(tools|tests)/.*\.(py|sh)', word):
            return ROOT / word, words[place + 1 :]
    return None


def kind(words: list[str]) -> str:
    """Returns what a command runs: its program, module or script."""
    words = [word for word in words if not re.fullmatch(r'\w+=\S*', word)]
    found = call(words)
    if words[0] in ('ssdkd', 'torchrun') or found is None:
        program = Path(words[0]).name
        return words[2] if words[1:2] == ['-m'] else program
    return found[0].relative_to(ROOT).as_posix()
