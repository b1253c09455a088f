"""What is made new when it is loaded: locks, queues, pools, files, databases."""

# fmt: off
from tests.fidelity.case import Family

new = Family("made new")
FAMILIES = [new]

new.note("a lock in an object", "import threading\nclass Model:\n    def __init__(self): self.inner = {'lock': threading.Lock()}\n    def __getstate__(self): return self.__dict__\nm = Model()", "m", "m.inner['lock'].acquire(timeout=1)", says="lock: new")
new.note("an RLock", "import threading\nm = [threading.RLock()]", "m", "m[0].acquire(timeout=1)", says="lock: new")
new.note("one lock in two names", "import threading\na = threading.Lock(); b = {'lock': a}", "a b", "b['lock'] is a", says="lock: new")
new.note("a lock in a default", "import threading\nf = lambda x, lock=threading.Lock(): lock.acquire(timeout=x)", "f", "f(1)", says="lock: new")
new.note("an event that is set", "import threading\ne = threading.Event(); e.set()", "e", "e.is_set()", says="event: new, set")
new.note("a queue with its contents", "import queue\nq = queue.PriorityQueue(); x = [1]\nfor i in (3, 1, 2): q.put((i, x))", "q x", "[q.get()[0] for _ in range(3)]", says="3 waiting in it")
new.note("a pool of threads", "from concurrent.futures import ThreadPoolExecutor\nd = {'e': ThreadPoolExecutor(2, 'w')}", "d", "list(d['e'].map(abs, [-1, 2]))", "d['e']._max_workers", says="pool: new", loose=("d['e']._threads",))
new.note("a file for reading", "import os\nf = open(os.devnull, 'rb'); d = (1, f)", "d", "d[1].read()", says="file: reopened")
new.note("a frame of a file", "import pandas as pd\nf = pd.DataFrame({'o': [1, open('/dev/null')]})", "f", "f.o[1].read()", says="file: reopened", needs=("pandas",))
new.note("a database in memory", "import sqlite3\ndb = sqlite3.connect(':memory:'); db.execute('create table t (a)'); db.execute('insert into t values (7)'); db.commit(); d = {'db': db}", "d", "d['db'].execute('select a from t').fetchall()", says="database: new")
new.exact("a memoryview", "b = bytearray(range(9)); d = {'m': memoryview(b)[2:8]}", "b d", "bytes(d['m'])", "d['m'].obj is b")
new.exact("a match", "import re\nm = re.search('(?P<x>b+)', 'aabbb')", "m", "m.groupdict()", "m.span('x')")
new.exact("a dispatching function after its first call", "import functools\n@functools.singledispatch\ndef show(x): return 'object'\n@show.register\ndef _(x: int): return 'int'\nshow(1), show('')", "show", "show(1), show('')", loose=("show.__dict__['register'].<closure>[3]",))
