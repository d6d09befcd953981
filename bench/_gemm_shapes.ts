/** A product C [m, n] = op(A) · op(B) with k terms in every sum, `batches` times. */
export type GemmShape = {
  readonly name: string;
  /** What is stored transposed: neither, b, a, or both. */
  readonly layout: "nn" | "nt" | "tn" | "tt";
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly batches: number;
};

/** A name and rows, columns and terms of a layer's products: forward x · W, dx = dy · Wᵀ and dW = xᵀ · dy. */
function layer(name: string, rows: number, inDim: number, outDim: number): GemmShape[] {
  return [
    { name, layout: "nn", m: rows, n: outDim, k: inDim, batches: 1 },
    { name: `${name} dx`, layout: "nt", m: rows, n: inDim, k: outDim, batches: 1 },
    { name: `${name} dW`, layout: "tn", m: inDim, n: outDim, k: rows, batches: 1 },
  ];
}

function block(name: string, rows: number, dim: number): GemmShape[] {
  return [
    ...layer(`${name} qkv`, rows, dim, 3 * dim),
    ...layer(`${name} proj`, rows, dim, dim),
    ...layer(`${name} fc1`, rows, dim, 4 * dim),
    ...layer(`${name} fc2`, rows, 4 * dim, dim),
  ];
}

function forwardOnly(shapes: readonly GemmShape[]): GemmShape[] {
  return shapes.filter(({ layout }) => layout === "nn");
}

function single(
  name: string,
  layout: GemmShape["layout"],
  m: number,
  n: number,
  k: number,
  batches = 1,
): GemmShape {
  return { name, layout, m, n, k, batches };
}

/** The products of the reference steps, by step, and others that are apt to be slow. */
export const gemmShapes: Readonly<Record<string, readonly GemmShape[]>> = {
  "ExtreMA reference step, 4 masks of 16 tokens in 64 images": [
    ...block("tokens", 4 * 64 * 16, 192),
    ...layer("patches", 4096, 48, 192).filter(({ layout }) => layout !== "nt"), // images have no gradient
    ...layer("class fc1", 256, 192, 768),
    ...layer("projector 1", 256, 192, 4096),
    ...layer("projector 2", 256, 4096, 4096),
    ...layer("projector 3", 256, 4096, 256),
    ...layer("predictor 1", 256, 256, 4096),
    ...forwardOnly(layer("teacher's projector 1", 64, 192, 4096)),
    ...forwardOnly(layer("teacher's projector 2", 64, 4096, 4096)),
    ...forwardOnly(layer("teacher's projector 3", 64, 4096, 256)),
  ],
  "MAE-style step, ViT-S/16, 49 of 196 tokens in 16 images": [
    ...block("encoder", 16 * 49, 384),
    ...layer("patches", 16 * 49, 768, 384).filter(({ layout }) => layout !== "nt"),
    ...layer("decoder fc1", 16 * 196, 384, 1536),
    ...layer("pixels", 16 * 196, 384, 768),
  ],
  "full-length step, D 384, 512 tokens in 8 sequences": block("tokens", 8 * 512, 384),
  "embedding, ViT-Ti/16": [
    ...forwardOnly(block("1 image", 197, 192)),
    ...forwardOnly(layer("1 image's patches", 196, 768, 192)),
    ...forwardOnly(block("64 images", 64 * 197, 192)),
  ],
  "others": [
    ...(["nn", "nt", "tn", "tt"] as const).flatMap((layout) => [
      single("square", layout, 512, 512, 512),
      single("odd", layout, 509, 501, 257),
    ]),
    single("shallow", "nn", 4096, 192, 16),
    single("shallow", "tn", 4096, 192, 16),
    single("few columns", "nn", 4096, 16, 192),
    single("16 rows", "nn", 16, 768, 192),
    single("4 rows", "nn", 4, 768, 192),
    single("a row", "nn", 1, 768, 192),
    single("a row", "nt", 1, 768, 192),
    single("a row", "nn", 1, 4096, 4096),
    single("a row", "nt", 1, 4096, 4096),
    single("a column", "nn", 4096, 1, 4096),
    single("a column", "tn", 4096, 1, 4096),
    single("batch of small ones", "nn", 64, 64, 64, 192),
    single("batch of small ones", "nt", 64, 64, 64, 192),
    single("batch of small ones", "tn", 64, 64, 64, 192),
    single("attention's scores", "nt", 197, 197, 64, 3),
    single("attention's values", "nn", 197, 64, 197, 3),
  ],
};
