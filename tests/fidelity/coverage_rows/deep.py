"""Networks and what they are trained with."""

# A row is one line.
# fmt: off
from tests.fidelity.coverage import Package

torch = Package("torch", "import torch\nfrom torch import nn\nx = torch.linspace(-1, 1, 12).reshape(4, 3)")
torch.exact("Tensor", "torch.arange(6.0).reshape(2, 3).t()", "value.numpy(), value.stride()")
torch.exact("Parameter", "nn.Parameter(torch.ones(2))", "value.requires_grad")
torch.exact("Linear", "nn.Linear(3, 2)", "value(x).detach().numpy()")
torch.exact("Sequential", "nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Dropout(0.5)).eval()", "value(x).detach().numpy(), value.training")
torch.exact("LSTM", "nn.LSTM(3, 4, num_layers=2)", "value(x)[0].detach().numpy()")
torch.exact("TransformerEncoderLayer", "nn.TransformerEncoderLayer(4, 2, 8).eval()", "value(torch.ones(2, 1, 4)).detach().numpy()")
torch.exact("Net", "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = nn.Linear(3, 3)\n        self.b = nn.Linear(3, 3)\n        self.b.weight = self.a.weight\n    def forward(self, x):\n        return self.b(self.a(x))\nNet()", "value(x).detach().numpy(), value.a.weight is value.b.weight")
torch.exact("Adam", "m = nn.Linear(3, 1)\no = torch.optim.Adam(m.parameters(), lr=0.1)\nm(x).sum().backward()\no.step()\no", "len(value.state)")
torch.exact("StepLR", "torch.optim.lr_scheduler.StepLR(torch.optim.SGD(nn.Linear(3, 1).parameters(), lr=0.1), 2)", "value.get_last_lr()")
torch.exact("TensorDataset", "torch.utils.data.TensorDataset(x, x[:, 0])", "value[1][0].numpy()")
torch.exact("DataLoader", "torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x), batch_size=2)", "[b[0].numpy() for b in value]")
torch.exact("Normal", "torch.distributions.Normal(torch.zeros(2), torch.ones(2))", "value.log_prob(torch.ones(2)).numpy()")
torch.exact("Generator", "torch.Generator().manual_seed(5)", "torch.rand(3, generator=value).numpy()")
torch.named("RecursiveScriptModule", "torch.jit.script(nn.Linear(3, 2))", "value._c")

keras = Package(
    "keras",
    "import numpy as np, keras\nx = np.linspace(-1, 1, 12).reshape(4, 3).astype('f4')\n"
    "def small():\n    keras.utils.set_random_seed(0)\n    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, 'relu'), keras.layers.Dense(1)])",
)
keras.exact("Sequential", "small()", "np.asarray(value.predict(x, verbose=0))", walk=False)
keras.exact("Functional", "i = keras.Input((3,))\nkeras.utils.set_random_seed(0)\nkeras.Model(i, keras.layers.Dense(2)(i))", "np.asarray(value.predict(x, verbose=0))", walk=False)
keras.exact("EarlyStopping", "keras.callbacks.EarlyStopping(patience=2)", "value.patience")
keras.exact("Adam", "keras.optimizers.Adam(0.01)", "float(value.learning_rate.numpy())")

transformers = Package("transformers", "import torch, transformers\nsmall = dict(vocab_size=20, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8)\nids = torch.tensor([[1, 2, 3]])")
transformers.exact("BertConfig", "transformers.BertConfig(**small)", "value.to_dict()")
transformers.exact("BertModel", "transformers.BertModel(transformers.BertConfig(**small)).eval()", "value(ids).last_hidden_state.detach().numpy()")
transformers.exact("GPT2LMHeadModel", "transformers.GPT2LMHeadModel(transformers.GPT2Config(vocab_size=20, n_embd=8, n_layer=1, n_head=2)).eval()", "value(ids).logits.detach().numpy()", walk=False)
transformers.exact("BatchEncoding", "transformers.BatchEncoding({'input_ids': [[1, 2]]})", "value['input_ids']")

tokenizers = Package("tokenizers", "import tokenizers, tokenizers.models, tokenizers.pre_tokenizers, tokenizers.trainers")
tokenizers.exact("Tokenizer", "t = tokenizers.Tokenizer(tokenizers.models.BPE(unk_token='?'))\nt.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()\nt.train_from_iterator(['low lower lowest'], tokenizers.trainers.BpeTrainer(vocab_size=12, special_tokens=['?'], show_progress=False))\nt", "value.encode('lower slow').tokens, value.to_str()")
tokenizers.exact("WordPiece", "tokenizers.models.WordPiece({'a': 0, '?': 1}, unk_token='?')", "value.token_to_id('a')")

einops = Package("einops", "import numpy as np, torch, einops, einops.layers.torch")
einops.exact("Rearrange", "einops.layers.torch.Rearrange('a b -> b a')", "value(torch.ones(2, 3)).shape")
einops.exact("Reduce", "einops.layers.torch.Reduce('a b -> a', 'sum')", "value(torch.ones(2, 3)).numpy()")

PACKAGES = (torch, keras, transformers, tokenizers, einops)
