"""Records, containers and what holds settings."""

# A row is one line.
# fmt: off
from tests.fidelity.coverage import Package

sortedcontainers = Package("sortedcontainers", "import sortedcontainers, operator")
sortedcontainers.exact("SortedDict", "sortedcontainers.SortedDict({'b': 1, 'a': 2})", "list(value.items())", walk=False)
sortedcontainers.exact("SortedList", "sortedcontainers.SortedList([3, 1, 2])", "list(value.irange(2))")
sortedcontainers.exact("SortedKeyList", "sortedcontainers.SortedKeyList([3, 1], key=operator.neg)", "list(value)")

attr = Package("attr", "import attr")
attr.exact("Point", "@attr.define\nclass Point:\n    x: int\n    y: list = attr.field(factory=list)\nPoint(1, [2])", "value.x, value.y, attr.asdict(value)")
attr.exact("Frozen", "@attr.frozen\nclass Frozen:\n    x: int\nFrozen(1)", "hash(value) == hash(type(value)(1)), value.x", walk=False)

pydantic = Package("pydantic", "from typing import Any\nimport pydantic")
pydantic.exact("Settings", "class Settings(pydantic.BaseModel):\n    lr: float = 0.1\n    name: str\n    @pydantic.field_validator('lr')\n    @classmethod\n    def positive(cls, v):\n        assert v > 0\n        return v\nSettings(name='a')", "value.model_dump(), type(value)(name='b', lr='2').lr", walk=False)
pydantic.exact("SecretStr", "pydantic.SecretStr('hidden')", "value.get_secret_value()")
pydantic.exact("TypeAdapter", "pydantic.TypeAdapter(list[int])", "value.validate_python(['1', 2])")

cattrs = Package("cattrs")
cattrs.note("Converter", "cattrs.Converter()", "value.structure(['1'], list[int])", says="lru_cache")

msgspec = Package("msgspec", "import msgspec")
msgspec.exact("User", "class User(msgspec.Struct):\n    name: str\n    tags: list[str] = []\nUser('a', ['b'])", "value.name, value.tags, msgspec.json.encode(value), type(value)('c').tags")

toolz = Package("toolz", "import toolz, operator")
toolz.exact("Compose", "toolz.compose(str, operator.neg)", "value(3)")
toolz.exact("curry", "toolz.curry(operator.add)(2)", "value(3)")

pyrsistent = Package("pyrsistent", "from pyrsistent import m, pset, pvector, PRecord, field")
pyrsistent.exact("PMap", "m(a=1, b=pvector([1, 2]))", "value.set('a', 3)['a'], list(value['b'])")
pyrsistent.exact("PSet", "pset([1, 2])", "sorted(value)")

immutabledict = Package("immutabledict")
immutabledict.exact("immutabledict", "immutabledict.immutabledict({'a': 1})", "dict(value)")

bidict = Package("bidict")
bidict.exact("bidict", "bidict.bidict({'a': 1})", "value.inverse[1]")
bidict.exact("OrderedBidict", "bidict.OrderedBidict({'b': 1, 'a': 2})", "list(value.items())")

marshmallow = Package("marshmallow", "import marshmallow")
marshmallow.exact("Row", "class Row(marshmallow.Schema):\n    n = marshmallow.fields.Int(required=True)\nRow()", "value.load({'n': '3'})")

traitlets = Package("traitlets", "import traitlets")
traitlets.exact("Knobs", "class Knobs(traitlets.HasTraits):\n    n = traitlets.Int(2)\nKnobs(n=5)", "value.n, value.trait_names()")

nbformat = Package("nbformat", "import nbformat.v4")
nbformat.exact("NotebookNode", "nbformat.v4.new_notebook(metadata={'k': 1})", "value.metadata.k")

dateutil = Package("dateutil", "import dateutil.relativedelta, dateutil.rrule, dateutil.tz, datetime")
dateutil.exact("relativedelta", "dateutil.relativedelta.relativedelta(months=1, day=31)", "datetime.date(2024, 1, 31) + value")
dateutil.exact("rrule", "dateutil.rrule.rrule(dateutil.rrule.DAILY, count=3, dtstart=datetime.datetime(2024, 1, 1))", "list(value)")

arrow = Package("arrow", "import arrow")
arrow.exact("Arrow", "arrow.get('2024-05-06T07:08:09+02:00')", "value.isoformat()")

jsonschema = Package("jsonschema", "import jsonschema")
jsonschema.exact("Draft202012Validator", "jsonschema.Draft202012Validator({'type': 'integer'})", "value.is_valid(3), value.is_valid('a')", walk=False)

packaging = Package("packaging", "import packaging.version, packaging.specifiers")
packaging.exact("Version", "packaging.version.Version('1.2rc3')", "str(value)")
packaging.exact("SpecifierSet", "packaging.specifiers.SpecifierSet('>=1,<2')", "'1.5' in value")

requests = Package("requests")
requests.exact("Session", "s = requests.Session()\ns.headers['A'] = 'b'\ns", "value.headers['A']")

rich = Package("rich", "import rich.table")
rich.exact("Table", "t = rich.table.Table('a')\nt.add_row('1')\nt", "value.row_count")

wrapt = Package("wrapt", "import wrapt")
wrapt.named("ObjectProxy", "wrapt.ObjectProxy([1])", "must define __reduce__()")

threading = Package("threading")
threading.named("Thread", "threading.Thread()", "a thread cannot be kept")
threading.note("Event", "threading.Event()", "value.is_set()", says="event: new")
threading.note("lock", "threading.Lock()", "value.acquire(timeout=1)", says="lock: new")

builtins = Package("builtins", "import io, types")
builtins.named("generator", "(i for i in 'ab')", "a generator cannot be kept")
builtins.exact("memoryview", "memoryview(b'ab')", "bytes(value)")
builtins.named("TextIOWrapper", "open('x.txt', 'w')", "a file open for writing cannot be kept")

PACKAGES = (
    *(sortedcontainers, attr, pydantic, cattrs, msgspec, toolz, pyrsistent, immutabledict, bidict, marshmallow),
    *(traitlets, nbformat, dateutil, arrow, jsonschema, packaging, requests, rich, wrapt, threading, builtins),
)
