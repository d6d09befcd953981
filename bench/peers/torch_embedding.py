"""A vision transformer's class vectors, the peer of bench/steps/embedding.ts; also writes the model as ONNX.

python torch_embedding.py '{"step": "embedding", …}' model.onnx
"""

import json
import sys

import torch
from torch import nn

from torch_layers import PlainVit, check_vectors, count, fill, noise


class Embedding(nn.Module):
    def __init__(self, setup):
        super().__init__()
        self.encoder = PlainVit(setup["image"], setup["patchSize"], setup)

    def forward(self, images):  # [B, H, W, C] → [B, D]
        return self.encoder.norm(self.encoder(images)[:, 0])


def images_of(setup):
    image = setup["image"]
    return noise((setup["batchSize"], image["height"], image["width"], image["channels"]), 0)


class EmbeddingStep:
    def __init__(self, setup, compiled, still):
        self.model = Embedding(setup).eval()
        fill(self.model.encoder, 100)
        self.images = images_of(setup)
        if compiled:
            from torch._inductor import config

            config.freezing = True  # weights packed once, as for inference
        self.vectors_of = torch.compile(self.model) if compiled else self.model

    def embed(self):
        # torch.compile freezes weights without gradients, not in inference mode
        with torch.no_grad() if self.vectors_of is not self.model else torch.inference_mode():
            return self.vectors_of(self.images)

    def take(self):
        return self.embed()[0, 0].item()

    def check(self, indices):
        return check_vectors(self.model, self.embed())


if __name__ == "__main__":
    setup, path = json.loads(sys.argv[1]), sys.argv[2]
    model = Embedding(setup).eval()
    fill(model.encoder, 100)
    torch.onnx.export(model, (images_of(setup),), path, input_names=["images"], output_names=["vectors"], dynamo=True)
    print(json.dumps({"numParameters": count(model)}))
