"""Words and documents."""

# A row is one line.
# fmt: off
from tests.fidelity.coverage import Package

gensim = Package("gensim", "import gensim.corpora, gensim.models\ntexts = [['a', 'b', 'c'], ['b', 'c', 'd'], ['a', 'd', 'c']] * 4\nd = gensim.corpora.Dictionary(texts)\nbags = [d.doc2bow(t) for t in texts]")
gensim.exact("Word2Vec", "gensim.models.Word2Vec(texts, vector_size=4, min_count=1, seed=1, workers=1, epochs=2)", "value.wv['c'], value.wv.most_similar('a')", walk=False)
gensim.exact("KeyedVectors", "gensim.models.Word2Vec(texts, vector_size=4, min_count=1, seed=1, workers=1, epochs=2).wv", "value.most_similar('a')")
gensim.exact("Doc2Vec", "gensim.models.Doc2Vec([gensim.models.doc2vec.TaggedDocument(t, [i]) for i, t in enumerate(texts)], vector_size=4, min_count=1, seed=1, workers=1, epochs=2)", "value.dv[0]", walk=False)
gensim.exact("Dictionary", "gensim.corpora.Dictionary(texts)", "value.token2id", walk=False)
gensim.exact("LdaModel", "gensim.models.LdaModel(bags, num_topics=2, id2word=d, random_state=1)", "value.get_topics()", walk=False)
gensim.exact("TfidfModel", "gensim.models.TfidfModel(bags)", "value[bags[0]]", walk=False)

nltk = Package("nltk", "import nltk, nltk.stem, nltk.probability, nltk.tokenize")
nltk.exact("PorterStemmer", "nltk.stem.PorterStemmer()", "value.stem('running')")
nltk.exact("FreqDist", "nltk.FreqDist('abracadabra')", "value.most_common(2)")
nltk.exact("RegexpTokenizer", "nltk.tokenize.RegexpTokenizer(r'\\w+')", "value.tokenize('a b, c')")
nltk.exact("Tree", "nltk.Tree.fromstring('(S (NP a) (VP b))')", "value.leaves()")
nltk.exact("NaiveBayesClassifier", "nltk.NaiveBayesClassifier.train([({'a': 1}, 'x'), ({'a': 2}, 'y')] * 3)", "value.classify({'a': 2})", walk=False)
nltk.exact("ConditionalFreqDist", "nltk.ConditionalFreqDist([('a', 1), ('a', 2), ('b', 1)])", "value['a'].most_common()")

textblob = Package("textblob")
textblob.exact("TextBlob", "textblob.TextBlob('A very good day.')", "str(value.upper())")
textblob.exact("WordList", "textblob.WordList(['cat', 'dog'])", "value.pluralize()", walk=False)

spacy = Package("spacy", "import spacy, spacy.lang.en\ndef nlp():\n    n = spacy.blank('en')\n    n.add_pipe('sentencizer')\n    return n")
spacy.differs("English", "nlp()", "[t.text for t in value('One two. Three!')], value.vocab.writing_system", says="writing_system", walk=False)
spacy.exact("Doc", "nlp()('One two. Three!')", "[(t.text, t.is_sent_start) for t in value]")
spacy.exact("StringStore", "spacy.strings.StringStore(['a', 'b'])", "sorted(value)")

rapidfuzz = Package("rapidfuzz", "import rapidfuzz.distance, rapidfuzz.fuzz")
rapidfuzz.named("Editops", "rapidfuzz.distance.Levenshtein.editops('kitten', 'sitting')", "cannot be converted")
rapidfuzz.exact("ScoreAlignment", "rapidfuzz.fuzz.partial_ratio_alignment('ab', 'cabd')", "value.score, value.dest_start")

lark = Package("lark", "import lark\ngrammar = 'start: WORD+\\nWORD: /[a-z]+/\\n%ignore \" \"'")
lark.differs("Lark", "lark.Lark(grammar, parser='lalr')", "value.parse('ab cd').pretty()", says="has no attribute 'expansion'", walk=False)
lark.exact("Tree", "lark.Lark(grammar).parse('ab cd')", "value.pretty()")

bs4 = Package("bs4", "import bs4")
bs4.note("BeautifulSoup", "bs4.BeautifulSoup('<p>a <b>b</b></p>', 'html.parser')", "str(value)", says="markup", walk=False)

jinja2 = Package("jinja2")
jinja2.named("Template", "jinja2.Template('a {{ b }}')", "Template.__new__()")

PACKAGES = (gensim, nltk, textblob, spacy, rapidfuzz, lark, bs4, jinja2)
