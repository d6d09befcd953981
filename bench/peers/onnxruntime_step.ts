/**
 * onnxruntime-node's side of a comparison: the embedding of a model that PyTorch has exported. Reads a request a line and answers each
 * with a line of JSON; `_contender.ts` says which.
 *
 * @module
 */
import { answerRequests } from "../_answer_requests.ts";
import { checkVectors } from "../_check_vectors.ts";
import { measureSteps } from "../_measure_steps.ts";
import { noise } from "../_noise.ts";
import type { EmbeddingSetup } from "../steps/setup.ts";

/** What the program is started with, as JSON. */
export type OnnxRuntimeOptions = {
  readonly setup: EmbeddingSetup;
  /** Of the model. */
  readonly path: string;
  readonly numParameters: number;
  readonly numThreads: number;
};

type Tensor = { readonly data: Float32Array };
type Session = { run(feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> };
type Runtime = {
  readonly env: { readonly versions: Record<string, string> };
  readonly Tensor: new (type: "float32", data: Float32Array, shape: readonly number[]) => Tensor;
  readonly InferenceSession: { create(path: string, options: Record<string, unknown>): Promise<Session> };
};

/** Computed, so that no program but this peer needs the package. */
const specifier = `npm:onnxruntime-node@${"1.30.0"}`;

if (import.meta.main) await main(JSON.parse(Deno.args[0]!));

async function main({ setup, path, numParameters, numThreads }: OnnxRuntimeOptions): Promise<void> {
  const { default: runtime }: { default: Runtime } = await import(specifier);
  const { batchSize, image } = setup;
  let session: Session | undefined;
  let images: Tensor | undefined;
  const embed = async (): Promise<Float32Array> => {
    session ??= await runtime.InferenceSession.create(path, {
      intraOpNumThreads: numThreads,
      interOpNumThreads: 1,
      graphOptimizationLevel: "all",
    });
    images ??= new runtime.Tensor(
      "float32",
      noise(batchSize * image.height * image.width * image.channels, 0),
      [batchSize, image.height, image.width, image.channels],
    );
    return (await session.run({ images }))["vectors"]!.data;
  };
  await answerRequests({
    versions: () => ({
      name: `onnxruntime-node ${runtime.env.versions["node"]}`,
      detail: `Deno ${Deno.version.deno}, model exported by PyTorch`,
    }),
    check: async () => checkVectors([numParameters, 0], await embed()),
    time: ({ steps }) => measureSteps(embed, steps),
  });
}
