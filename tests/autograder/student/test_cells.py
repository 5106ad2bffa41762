"""Cells run without a kernel, in a real student's process; what a kernel adds makes some sense."""

import pytest

from autograder.student.cells import LIBRARIES, PICTURES, TEXT, VALUE


@pytest.fixture
def run(student):
    """Run cells one after another; return what the last one showed, and its error."""

    def run(*sources, pictures=False):
        for number, source in enumerate(sources):
            shown = student.ask("run", source, number, pictures)
        return shown["shown"], shown["error"]

    return run


def shown(run, *sources, **options):
    """What cells show that stop with no error."""
    told, error = run(*sources, **options)
    assert error is None, error
    return told


def test_printed_text_is_shown_in_order(run):
    source = "import sys\nprint('a')\nprint('b', file=sys.stderr)\nprint('c', end='')"
    assert shown(run, source) == [["text", "a\nb\nc"]]


def test_the_last_value_is_shown_as_a_value(run):
    assert shown(run, "x = 3\nx + 1") == [["value", "4"]]


@pytest.mark.parametrize(
    "source", ["None", "x = 3", "3;", "print", "def f(): pass", "", "# a", "\n"]
)
def test_a_cell_without_a_value_shows_none(run, source):
    assert [kind for kind, _ in shown(run, source)] == ["value"] * (source == "print")


def test_names_stay_from_cell_to_cell(run):
    assert shown(run, "x = 2", "def f(): return x + 1", "x = 5", "f()") == [["value", "6"]]


def test_a_name_from_a_cell_that_stopped_stays_too(run):
    assert shown(run, "x = 1\n1 / 0", "x") == [["value", "1"]]


def test_an_error_has_class_message_and_the_students_own_lines(run):
    _, (name, message, lines) = run("def f(x):\n    return 1 / x", "import numpy as np\nf(0)")
    assert (name, message) == ("ZeroDivisionError", "division by zero")
    text = "\n".join(lines)
    assert "return 1 / x" in text
    assert "f(0)" in text
    assert lines[-1] == "ZeroDivisionError: division by zero"
    assert not any(folder in text for folder in LIBRARIES)


def test_a_syntax_error_is_shown_with_its_line(run):
    _, (name, _, lines) = run("x = (1,\ny = 2")
    assert name == "SyntaxError"
    assert "x = (1," in lines[-1]


@pytest.mark.parametrize(
    "source", ["raise SystemExit(3)", "exit()", "quit()", "import sys; sys.exit()"]
)
def test_leaving_the_program_stops_the_cell_only(run, source):
    _, error = run(source)
    assert error[0] in ("SystemExit", "NameError")
    assert shown(run, "1 + 1") == [["value", "2"]]


def test_a_keyboard_interrupt_stops_the_cell_only(run):
    assert run("raise KeyboardInterrupt")[1][0] == "KeyboardInterrupt"


def test_an_error_without_a_message_of_its_own_is_shown_all_the_same(run):
    source = "class Mute(Exception):\n    def __str__(self): raise ValueError\nraise Mute"
    assert run(source)[1][:2] == ["Mute", ""]


def test_a_value_that_cannot_be_shown_stops_its_cell_only(run):
    _, error = run("class Bad:\n    def __repr__(self): raise ValueError('no')\nBad()")
    assert error[0] == "ValueError"


def test_much_text_and_long_values_are_cut(run):
    ((kind, text), value) = shown(run, f"print('a' * {10 * TEXT})\n'b' * {10 * VALUE}")
    assert (kind, len(text)) == ("text", TEXT)
    assert len(value[1]) == VALUE


@pytest.mark.parametrize("source", ["'\\x00'", "print('\\ud800')", "print('ß→🎓')"])
def test_odd_characters_do_no_harm(run, source):
    assert shown(run, source)


def test_nul_and_half_surrogates_in_a_source_stop_no_more_than_the_cell(run):
    assert run("x = 1\x00")[1][0] in ("SyntaxError", "ValueError")
    run("y = '\ud800'")
    assert shown(run, "1") == [["value", "1"]]


def test_display_shows_values_also_when_imported(run):
    source = "from IPython.display import display as show\ndisplay(1, 'b')\nshow([2])"
    assert shown(run, source) == [["text", "1\n'b'\n[2]\n"]]


def test_display_of_markdown_and_html_shows_what_it_is(run):
    ((kind, text),) = shown(run, "from IPython.display import HTML\ndisplay(HTML('<b>x</b>'))")
    assert kind == "text"
    assert "HTML object" in text


def test_figures_are_named_where_nobody_will_mark_them(run):
    source = "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"
    assert shown(run, source)[-1] == ["text", "[a figure]\n"]


def test_figures_are_drawn_where_a_human_marks_the_cell(run):
    source = (
        "import matplotlib.pyplot as plt\nfor _ in range(9):\n    plt.figure(); plt.plot([1, 2])"
    )
    told = shown(run, source, pictures=True)
    pictures = [value for kind, value in told if kind == "picture"]
    assert len(pictures) == PICTURES
    assert all(value.startswith(b"\x89PNG") for value in pictures)


def test_a_figure_that_is_shown_by_name_or_as_the_value_is_shown(run):
    start = "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\n"
    for end in ("display(fig)", "fig"):
        assert shown(run, start + end)[0][1].startswith("[a figure]\n")


@pytest.mark.parametrize("magic", ["%matplotlib inline", "%load_ext autoreload", "%config X.y = 1",
                                   "%autoreload 2", "%precision 3"])  # fmt: skip
def test_magics_that_set_something_up_do_nothing(run, magic):
    assert shown(run, f"{magic}\n1") == [["value", "1"]]


@pytest.mark.parametrize(
    "magic", ["%time", "%timeit", "%timeit -n 10 -r 3", "%timeit -n10", "%prun"]
)
def test_a_timed_statement_is_run_once(run, magic):
    assert shown(run, "n = 0\ndef f():\n    global n\n    n += 1", f"{magic} f()", "n") == [
        ["value", "1"]
    ]


@pytest.mark.parametrize("magic", ["%%time", "%%timeit", "%%timeit -n 2", "%%capture out"])
def test_a_timed_cell_is_run_and_its_names_stay(run, magic):
    assert shown(run, f"{magic}\nx = 3\ny = x + 1", "y") == [["value", "4"]]


OTHER_MAGICS = ["%pip install x", "%run a.py", "%cd /", "%env A=1", "%%bash\nls", "%%html\n<b>"]


@pytest.mark.parametrize("source", OTHER_MAGICS)
def test_other_magics_are_refused_with_a_sentence(run, source):
    name = source.split()[0]
    assert shown(run, source) == [["text", f"{name} is not run in grading.\n"]]


@pytest.mark.parametrize("source", ["!ls", "!pip install numpy", "files = !ls\nassert files == []"])
def test_commands_are_refused_with_a_sentence_and_the_cell_goes_on(run, source):
    told = shown(run, f"{source}\nx = 5", "x")
    assert told == [["value", "5"]]
    ((_, text),) = shown(run, source)
    assert text.endswith(" is not run in grading: no other program can be started here.\n")


def test_help_on_a_name_stops_nothing(run):
    assert shown(run, "x = 1\nlen?\n?len", "x") == [["value", "1"]]


def test_input_says_that_there_is_nobody_to_ask(run):
    _, (name, message, _) = run("name = input('who? ')")
    assert (name, message) == ("RuntimeError", "input('who? '): in grading there is nobody to ask")


def test_widgets_can_be_made_shown_and_linked(run):
    source = (
        "import ipywidgets as w\n"
        "slider = w.IntSlider(3)\n"
        "out = w.interactive_output(lambda x: print(x), {'x': slider})\n"
        "slider.observe(lambda change: None, 'value')\n"
        "display(slider, out)\n"
        "slider.value = 5\n"
        "slider.value"
    )
    assert shown(run, source)[-1] == ["value", "5"]


def test_interact_runs_its_function(run):
    source = (
        "from ipywidgets import interact\n@interact(x=(0, 4))\ndef f(x=2):\n    print('x is', x)"
    )
    told = shown(run, source)
    assert any("x is 2" in text for _, text in told)


def test_what_notebooks_import_from_autograder_does_nothing(run):
    source = "from autograder import check, hint, predict, solution\ncheck(len, points=3)\nhint(1)"
    assert shown(run, source) == []


@pytest.mark.parametrize("start", ["", "from IPython import get_ipython\n"])
def test_get_ipython_does_what_a_kernels_would(run, start):
    source = f"{start}get_ipython().run_line_magic('time', 'y = 1')\nget_ipython().user_ns['x'] = 7"
    assert shown(run, source, "%time y += x", "y") == [["value", "8"]]


@pytest.mark.parametrize("source", ["import matplotlib.pyplot as plt\nplt.ion()\nplt.ioff()",
                                    "from tqdm.auto import tqdm\nfor _ in tqdm(range(2)): pass",
                                    "import matplotlib\nmatplotlib.use('TkAgg')"])  # fmt: skip
def test_libraries_that_look_for_a_shell_do_without_its_kernel(run, source):
    run(source)
    assert shown(run, "1") == [["value", "1"]]


def test_top_level_await_says_what_is_off_or_works(run):
    run("import asyncio\nawait asyncio.sleep(0)")
    assert shown(run, "3") == [["value", "3"]]


def test_pickle_and_dataclasses_find_the_notebooks_classes(run):
    source = (
        "import pickle\nfrom dataclasses import dataclass\n"
        "@dataclass\nclass P:\n    x: int\n"
        "pickle.loads(pickle.dumps(P(3)))"
    )
    assert shown(run, source) == [["value", "P(x=3)"]]


def test_threads_work(run):
    source = "import threading\nt = threading.Thread(target=print, args=(1,))\nt.start()\nt.join()"
    assert shown(run, source) == [["text", "1\n"]]
