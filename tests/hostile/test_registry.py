"""Extension folders: a module that is broken is a loud error that names it, never skipped."""

import sys

import pytest

from netguard import registry, rounds


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A package that is an extension folder; give it modules by name and source."""
    package = tmp_path / "extensions_of_a_test"
    package.mkdir()
    (package / "__init__.py").write_text('"""An extension folder."""\n')
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(**modules):
        for name, source in modules.items():
            (package / f"{name}.py").write_text(source)
        return package.name

    yield write
    for name in [name for name in sys.modules if name.startswith(package.name)]:
        del sys.modules[name]


GOOD = "NEEDS = PROVIDES = frozenset()\ndef wants(device, ask): return ()\ndef probe(target, net): return ()\n"


def test_a_module_s_name_is_its_id_and_an_underscore_hides_it(folder):
    package = folder(no_login=GOOD, alpha=GOOD, _shared="raise RuntimeError")
    assert registry.names(package) == ("alpha", "no-login")
    assert list(registry.load_all(package, "probe")) == ["alpha", "no-login"]
    assert registry.load(package, "no-login").__name__.endswith(".no_login")


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("def wants(:\n", SyntaxError),
        ("import a_module_that_nobody_has\n", ModuleNotFoundError),
        ("1 / 0\n", ZeroDivisionError),
        ("from netguard.model import nothing_of_that_name\n", ImportError),
        ("raise SystemError('half installed')\n", SystemError),
    ],
)
def test_a_module_that_cannot_be_imported_is_an_error(folder, source, error):
    package = folder(good=GOOD, broken=source)
    with pytest.raises(error):
        registry.load_all(package, "probe")
    assert registry.names(package) == ("broken", "good")


def test_a_module_that_lacks_something_is_an_error_that_names_both(folder):
    package = folder(good=GOOD, half="NEEDS = frozenset()\n")
    with pytest.raises(TypeError, match=r"extensions_of_a_test\.half \(half\) does not define PROVIDES, wants, probe"):
        registry.load_all(package, "NEEDS", "PROVIDES", "wants", "probe")


def test_a_module_that_nobody_has_is_an_error(folder):
    with pytest.raises(ModuleNotFoundError):
        registry.load(folder(good=GOOD), "absent")


def test_every_folder_of_netguard_s_own_is_whole():
    assert registry.load_all("netguard.discover", "AFTER", "skip", "discover")
    assert registry.load_all("netguard.checks", "CHECK", "judge")
    rounds.in_order(registry.load_all("netguard.probe", "NEEDS", "PROVIDES", "wants", "probe"))
