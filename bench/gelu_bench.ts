import { gelu, useDevice } from "@lacuna/tensor";
import { geluReference } from "../tensor/ops/gelu_reference.ts";
import { benchOp } from "./_bench_op.ts";
import { normalTensor } from "./_normal_tensor.ts";

await useDevice("native");

benchOp("gelu [4096, 768]", (x) => gelu(x!), (x) => geluReference(x!), [normalTensor([4096, 768], "x")]);
