import pytest

from grader.execute.inside import installs


@pytest.mark.parametrize(
    "command",
    [
        "pip install torch",
        " pip3 install -q x",
        "python -m pip install x",
        "conda install y",
        "apt-get -y install z",
        "{sys.executable} -m pip install x",
    ],
)
def test_package_managers_are_recognised(command):
    assert installs.is_install(command)


@pytest.mark.parametrize(
    "command", ["ls", "pipenv --version", "echo pip install x", "python train.py"]
)
def test_other_commands_are_run(command):
    assert not installs.is_install(command)


def test_a_bare_install_becomes_a_magic():
    assert installs.mend("pip install x\nprint(1)", str) == "%pip install x\nprint(1)"


def test_text_in_a_string_stays_as_it_is():
    source = 's = """\npip install x\n"""'
    assert installs.mend(source, str) == source
