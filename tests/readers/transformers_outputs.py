"""Prints what Hugging Face's models make of an image, read from folders, as JSON: outputs, and tensors that they miss or do not know."""

import json
import sys

import torch
import transformers

mae_folder, data2vec_folder, inputs_file, saved_folder = sys.argv[1:]
transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()
with open(inputs_file) as file:
    inputs = json.load(file)
image = torch.tensor(inputs["image"]).reshape(inputs["shape"])
noise = torch.tensor([inputs["noise"]])
mask = torch.tensor([inputs["mask"]])

mae, mae_info = transformers.ViTMAEForPreTraining.from_pretrained(mae_folder, output_loading_info=True)
data2vec, data2vec_info = transformers.Data2VecVisionModel.from_pretrained(data2vec_folder, output_loading_info=True)
with torch.no_grad():
    outputs = {
        "tokens": mae.eval().vit(image, noise=noise).last_hidden_state,
        "pred": mae(image, noise=noise).logits,
        "plain": data2vec.eval()(image).last_hidden_state,
        "masked": data2vec(image, bool_masked_pos=mask.bool()).last_hidden_state,
    }
mae.save_pretrained(f"{saved_folder}/mae")
data2vec.save_pretrained(f"{saved_folder}/data2vec")
strangers = [name for info in (mae_info, data2vec_info) for name in [*info["missing_keys"], *info["unexpected_keys"]]]
print(json.dumps({"strangers": strangers, **{name: value.flatten().tolist() for name, value in outputs.items()}}))
