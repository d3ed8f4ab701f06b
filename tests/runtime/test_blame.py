"""Which node a traceback, or the stacks of a crash, speak of."""

from runtime.blame import blamed_line, last_words

TRACEBACK = """\
Traceback (most recent call last):
  File "<frozen runpy>", line 198, in _run_module_as_main
  File "<outer1>", line 12, in each
  File "<inner2>", line 31, in each
  File "/usr/lib/python3.12/json/decoder.py", line 355, in raw_decode
ValueError: no
"""
CRASH = """\
a plugin's last words
Fatal Python error: Segmentation fault

Thread 0x00007f01 (most recent call first):
  File "<innocent>", line 3 in each

Current thread 0x00007f02 (most recent call first):
  File "/usr/lib/python3.12/ctypes/__init__.py", line 523 in string_at
  File "<guilty>", line 7 in each
  File "<outer>", line 2 in each

Thread 0x00007f03 (most recent call first):
  File "<innocent>", line 3 in each
"""


def test_the_innermost_of_our_steps_is_blamed() -> None:
    assert blamed_line(TRACEBACK) == ("inner2", 31)


def test_of_a_crash_only_the_thread_that_crashed_counts() -> None:
    assert blamed_line(CRASH) == ("guilty", 7)


def test_a_crash_in_a_thread_without_python_blames_no_line() -> None:
    assert blamed_line(CRASH.replace("Current thread 0x00007f02", "Thread 0x00007f02")) is None


def test_other_texts_blame_nobody() -> None:
    assert blamed_line("Levels: max_in must be between 0 and 255") is None


def test_a_traceback_is_told_by_its_last_line_and_kept_whole() -> None:
    text = 'Traceback (most recent call last):\n  File "<own1>", line 4, in look\nRuntimeError: the heads are clogged\n'
    words, log = last_words(text)
    assert words == "RuntimeError: the heads are clogged"
    assert log[0].startswith("Traceback") and len(log) == 3
    assert last_words("vszip: too small") == ("vszip: too small", ())
