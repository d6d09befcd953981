import * as tf from "@tensorflow/tfjs-core";
import type { TensorInfo, Variable } from "@tensorflow/tfjs-core";
import type { CompiledBackend } from "./backend.ts";
import type { NativeFunctions } from "./ffi.ts";

/** The columns of a table of parameters, as `optimizer.c` knows it; what an update does not read is left out. */
type Table = {
  readonly parameters?: readonly TensorInfo[];
  readonly grads?: readonly TensorInfo[];
  readonly m?: readonly TensorInfo[];
  readonly v?: readonly TensorInfo[];
  /** What follows each parameter, if something does. */
  readonly teachers?: readonly (TensorInfo | undefined)[];
};

const tableColumns = ["parameters", "grads", "m", "v", "teachers"] as const;

type Call = {
  readonly inputs: Table;
  // deno-lint-ignore no-explicit-any -- each kernel has attributes of its own
  readonly attrs: any;
  readonly backend: CompiledBackend;
};

const floatsOfRow = 16;

/** Registers the kernels that read or update all parameters of a model at once, in place. */
export function registerParameterKernels(backendName: string, native: NativeFunctions): void {
  /** Writes the table, and hands it over. */
  function withTable(
    { inputs, backend }: Call,
    decayOf: (row: number) => number,
    use: (table: Float32Array<ArrayBuffer>, numRows: number) => void,
  ): void {
    const { length } = inputs.grads ?? inputs.parameters!;
    const table = backend.output([length * floatsOfRow]);
    try {
      for (let row = 0; row < length; row++) {
        const columns = tableColumns.map((name) => inputs[name]?.[row]);
        const size = tf.util.sizeFromShape(columns.find((tensor) => tensor)!.shape);
        const [parameter, grad, m, v, teacher] = columns.map((tensor) =>
          tensor ? backend.floatsOf(tensor) : null
        );
        native.set_row(table.values, row, parameter!, grad!, m!, v!, teacher!, size, decayOf(row));
      }
      use(table.values, length);
    } finally {
      backend.disposeData(table.info.dataId);
    }
  }

  const kernels: Record<string, (call: Call) => TensorInfo[]> = {
    GlobalNorm(call) {
      const norm = call.backend.output([]);
      withTable(call, () => 1, (table, numRows) => native.norm_f32(table, numRows, norm.values));
      return [norm.info];
    },

    AdamW(call) {
      const { learningRate, beta1, beta2, epsilon, weightDecays, correction1, correction2, momentum } =
        call.attrs;
      const { parameters, m, v, teachers } = call.inputs;
      own(call.backend, parameters!, m!, v!, teachers!);
      withTable(call, (row) => 1 - learningRate * weightDecays[row], (table, numRows) =>
        native.adamw_f32(
          table,
          numRows,
          beta1,
          beta2,
          epsilon,
          learningRate / correction1,
          1 / Math.sqrt(correction2),
          momentum,
          1 - momentum,
        ));
      return [];
    },

    MomentumUpdate(call) {
      const { momentum } = call.attrs;
      own(call.backend, call.inputs.teachers!);
      withTable(
        call,
        () => 1,
        (table, numRows) => native.momentum_update_f32(table, numRows, momentum, 1 - momentum),
      );
      return [];
    },
  };
  for (const [kernelName, kernel] of Object.entries(kernels)) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc(call) {
        const { inputs, attrs, backend } = call as unknown as Call;
        for (const column of Object.values(inputs)) {
          for (const tensor of column) if (tensor) backend.admit(tensor);
        }
        return kernel({ inputs, attrs, backend });
      },
    });
  }
}

/** Gives variables that a kernel is going to overwrite values of their own; those that somebody else holds too stay as they are. */
function own(backend: CompiledBackend, ...columns: (readonly (TensorInfo | undefined)[])[]): void {
  for (const variable of columns.flat()) {
    if (!variable || backend.mayOverwrite(variable)) continue;
    const copy = backend.output(variable.shape);
    copy.values.set(backend.floatsOf(variable));
    const tensor = tf.engine().makeTensorFromTensorInfo(copy.info);
    (variable as Variable).assign(tensor);
    tensor.dispose();
  }
}
