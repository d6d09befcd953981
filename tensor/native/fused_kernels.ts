import * as tf from "@tensorflow/tfjs-core";
import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { CompiledBackend, Output } from "./backend.ts";
import type { NativeFunctions } from "./ffi.ts";
import type { Floats } from "./memory.ts";

/** What a fused kernel gets: tensors and numbers by name. */
type Call = {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly attrs: Readonly<Record<string, number>>;
  readonly backend: CompiledBackend;
};

/**
 * Registers the fused operations' kernels, forward and gradient, for a device with compiled ones. Each takes all its outputs first, and
 * asks for values before each call: an allocation may move the memory, and so may a compiled function's own.
 */
export function registerFusedKernels(backendName: string, native: NativeFunctions): void {
  const kernels: Record<string, (call: Call) => TensorInfo[]> = {
    Linear({ inputs: { x, weight, bias }, backend }) {
      const [inDim, outDim] = weight!.shape as [number, number];
      const y = backend.output([...x!.shape.slice(0, -1), outDim]);
      const rows = rowsOf(x!);
      const [xs, ws, bs] = valuesOf(backend, x, weight, bias);
      native.gemm_f32(xs!, ws!, bs!, y.values, 1, 0, 0, rows, outDim, inDim, 0, 0);
      return [y.info];
    },

    LinearGrad({ inputs: { dy, x, weight }, backend }) {
      const [inDim, outDim] = weight!.shape as [number, number];
      const rows = rowsOf(x!);
      const [dx, dweight, dbias] = outputs(backend, x!.shape, weight!.shape, [outDim]);
      const values = (tensor: TensorInfo | undefined) => backend.floatsOf(tensor!); // anew: a function's scratch moves the memory too
      native.gemm_f32(values(dy), values(weight), null, dx!.values, 1, 0, 0, rows, inDim, outDim, 0, 1);
      native.gemm_f32(values(x), values(dy), null, dweight!.values, 1, 0, 0, inDim, outDim, rows, 1, 0);
      native.sum_f32(values(dy), dbias!.values, 1, rows, outDim, 1);
      return [dx!.info, dweight!.info, dbias!.info];
    },

    Mlp({ inputs: { x, weight1, bias1, weight2, bias2 }, attrs: { keeps }, backend }) {
      const [inDim, hiddenDim, outDim] = [...weight1!.shape, weight2!.shape[1]] as [number, number, number];
      const lead = x!.shape.slice(0, -1);
      const y = backend.output([...lead, outDim]);
      const linear = keeps ? backend.output([...lead, hiddenDim]) : undefined;
      const [xs, w1, b1, w2, b2] = valuesOf(backend, x, weight1, bias1, weight2, bias2);
      const rows = rowsOf(x!);
      native.mlp_f32(
        xs!,
        w1!,
        b1!,
        w2!,
        b2!,
        linear?.values ?? null,
        y.values,
        rows,
        inDim,
        hiddenDim,
        outDim,
      );
      return linear ? [y.info, linear.info] : [y.info];
    },

    MlpGrad({ inputs: { dy, x, linear, weight1, weight2 }, backend }) {
      const [inDim, hiddenDim, outDim] = [...weight1!.shape, weight2!.shape[1]] as [number, number, number];
      const [dx, dweight1, dbias1, dweight2, dbias2] = outputs(
        backend,
        x!.shape,
        weight1!.shape,
        [hiddenDim],
        weight2!.shape,
        [outDim],
      );
      const [hidden, dlinear] = outputs(backend, linear!.shape, linear!.shape);
      const [dys, xs, linears, w1, w2] = valuesOf(backend, dy, x, linear, weight1, weight2);
      native.mlp_grad_f32(
        dys!,
        xs!,
        linears!,
        w1!,
        w2!,
        hidden!.values,
        dlinear!.values,
        dx!.values,
        dweight1!.values,
        dbias1!.values,
        dweight2!.values,
        dbias2!.values,
        rowsOf(x!),
        inDim,
        hiddenDim,
        outDim,
      );
      for (const work of [hidden!, dlinear!]) backend.disposeData(work.info.dataId);
      return [dx!.info, dweight1!.info, dbias1!.info, dweight2!.info, dbias2!.info];
    },

    LayerNorm: normalize(native.layer_norm_f32, 0),
    LayerNormGrad: normalizeGrad(native.layer_norm_grad_f32),
    BatchNorm: normalize(native.batch_norm_f32, 1),
    BatchNormGrad: normalizeGrad(native.batch_norm_grad_f32),

    AddLayerNorm({ inputs: { x, branch, scale, weight, bias }, attrs: { epsilon }, backend }) {
      const dim = weight!.shape[0]!;
      const rows = rowsOf(x!);
      const [sum, y, mean, inverseStd] = outputs(backend, x!.shape, x!.shape, [rows], [rows]);
      const [xs, branches, ws, bs] = valuesOf(backend, x, branch, weight, bias);
      native.add_layer_norm_f32(
        xs!,
        branches!,
        scale ? backend.floatsOf(scale) : null,
        ws!,
        bs!,
        sum!.values,
        y!.values,
        mean!.values,
        inverseStd!.values,
        x!.shape[0]!,
        rows,
        dim,
        epsilon!,
      );
      return [sum!.info, y!.info, mean!.info, inverseStd!.info];
    },

    AddLayerNormGrad({ inputs: { dsum, dy, sum, scale, weight, mean, inverseStd }, backend }) {
      const dim = weight!.shape[0]!;
      const [dx, dweight, dbias] = outputs(backend, sum!.shape, [dim], [dim]);
      const dbranch = scale && backend.output(sum!.shape);
      const [dys, sums, ws, means, stds] = valuesOf(backend, dy, sum, weight, mean, inverseStd);
      native.add_layer_norm_grad_f32(
        dsum ? backend.floatsOf(dsum) : null,
        dys!,
        sums!,
        scale ? backend.floatsOf(scale) : null,
        ws!,
        means!,
        stds!,
        dx!.values,
        dbranch ? dbranch.values : null,
        dweight!.values,
        dbias!.values,
        sum!.shape[0]!,
        rowsOf(sum!),
        dim,
      );
      return [dx!.info, dweight!.info, dbias!.info, ...dbranch ? [dbranch.info] : []];
    },

    Gelu({ inputs: { x }, backend }) {
      const y = backend.output(x!.shape);
      native.gelu_f32(valuesOf(backend, x)[0]!, y.values, sizeOf(x!));
      return [y.info];
    },

    GeluGrad({ inputs: { dy, x }, backend }) {
      const dx = backend.output(x!.shape);
      const [dys, xs] = valuesOf(backend, dy, x);
      native.gelu_grad_f32(dys!, xs!, dx.values, sizeOf(x!));
      return [dx.info];
    },

    SoftmaxXent({ inputs: { logits, target }, backend }) {
      const [rows, dim] = logits!.shape as [number, number];
      const [loss, logSum] = outputs(backend, [rows], [rows]);
      const [xs, targets] = valuesOf(backend, logits, target);
      native.softmax_xent_f32(xs!, targets!, loss!.values, logSum!.values, rows, dim);
      return [loss!.info, logSum!.info];
    },

    SoftmaxXentGrad({ inputs: { dy, logits, target, logSum }, backend }) {
      const [rows, dim] = logits!.shape as [number, number];
      const dlogits = backend.output([rows, dim]);
      const [dys, xs, targets, sums] = valuesOf(backend, dy, logits, target, logSum);
      native.softmax_xent_grad_f32(dys!, xs!, targets!, sums!, dlogits.values, rows, dim);
      return [dlogits.info];
    },

    SmoothL1({ inputs: { pred, target }, attrs: { beta }, backend }) {
      const shape = pred!.shape.slice(0, -1);
      const loss = backend.output(shape);
      const [preds, targets] = valuesOf(backend, pred, target);
      native.smooth_l1_f32(preds!, targets!, loss.values, rowsOf(pred!), pred!.shape.at(-1)!, beta!);
      return [loss.info];
    },

    SmoothL1Grad({ inputs: { dy, pred, target }, attrs: { beta }, backend }) {
      const dpred = backend.output(pred!.shape);
      const [dys, preds, targets] = valuesOf(backend, dy, pred, target);
      native.smooth_l1_grad_f32(
        dys!,
        preds!,
        targets!,
        dpred.values,
        sizeOf(dy!),
        pred!.shape.at(-1)!,
        beta!,
      );
      return [dpred.info];
    },

    SoftmaxEntropy: softmaxMeasure(native.softmax_entropy_f32),
    SoftmaxEntropyGrad: softmaxMeasureGrad(native.softmax_entropy_grad_f32),
    SoftmaxShare: softmaxMeasure(native.softmax_share_f32),
    SoftmaxShareGrad: softmaxMeasureGrad(native.softmax_share_grad_f32),

    AttentionScores({ inputs: { qkv }, attrs: { numHeads }, backend }) {
      const [batchSize, numTokens, width] = qkv!.shape as [number, number, number];
      const scores = backend.output([batchSize, numHeads!, numTokens, numTokens]);
      native.attention_scores_f32(
        backend.floatsOf(qkv!),
        scores.values,
        batchSize,
        numTokens,
        width / 3,
        numHeads!,
      );
      return [scores.info];
    },

    AttentionScoresGrad({ inputs: { dy, qkv }, attrs: { numHeads }, backend }) {
      const [batchSize, numTokens, width] = qkv!.shape as [number, number, number];
      const dqkv = backend.output(qkv!.shape);
      const [dscores, values] = valuesOf(backend, dy, qkv);
      native.attention_scores_grad_f32(
        dscores!,
        values!,
        dqkv.values,
        batchSize,
        numTokens,
        width / 3,
        numHeads!,
      );
      return [dqkv.info];
    },

    SelfAttention({ inputs: { qkv, bias }, attrs: { numHeads }, backend }) {
      const [batchSize, numTokens, width] = qkv!.shape as [number, number, number];
      const dim = width / 3;
      const [y, logSumExp] = outputs(backend, [batchSize, numTokens, dim], [batchSize, numHeads!, numTokens]);
      native.self_attention_f32(
        backend.floatsOf(qkv!),
        bias ? backend.floatsOf(bias) : null,
        y!.values,
        logSumExp!.values,
        batchSize,
        numTokens,
        dim,
        numHeads!,
      );
      return [y!.info, logSumExp!.info];
    },

    SelfAttentionGrad({ inputs: { dy, qkv, bias, y, logSumExp }, attrs: { numHeads }, backend }) {
      const [batchSize, numTokens, dim] = y!.shape as [number, number, number];
      const dqkv = backend.output(qkv!.shape);
      const dbias = bias && backend.output(bias.shape);
      const [dys, values, ys, sums] = valuesOf(backend, dy, qkv, y, logSumExp);
      native.self_attention_grad_f32(
        dys!,
        values!,
        bias ? backend.floatsOf(bias) : null,
        ys!,
        sums!,
        dqkv.values,
        dbias?.values ?? null,
        batchSize,
        numTokens,
        dim,
        numHeads!,
      );
      return dbias ? [dqkv.info, dbias.info] : [dqkv.info];
    },

    ClassAttention({ inputs: { query, keys, values }, attrs: { numHeads }, backend }) {
      const [batchSize, numTokens, dim] = keys!.shape as [number, number, number];
      const [y, weights] = outputs(backend, query!.shape, [batchSize, numHeads!, numTokens]);
      const [qs, ks, vs] = valuesOf(backend, query, keys, values);
      native.class_attention_f32(
        qs!,
        ks!,
        vs!,
        y!.values,
        weights!.values,
        batchSize,
        numTokens,
        dim,
        numHeads!,
      );
      return [y!.info, weights!.info];
    },

    ClassAttentionGrad({ inputs: { dy, query, keys, values, weights }, attrs: { numHeads }, backend }) {
      const [batchSize, numTokens, dim] = keys!.shape as [number, number, number];
      const [dquery, dkeys, dvalues, slopes] = outputs(
        backend,
        query!.shape,
        keys!.shape,
        values!.shape,
        weights!.shape,
      );
      const [dys, qs, ks, vs, ws] = valuesOf(backend, dy, query, keys, values, weights);
      native.class_attention_grad_f32(
        dys!,
        qs!,
        ks!,
        vs!,
        ws!,
        dquery!.values,
        dkeys!.values,
        dvalues!.values,
        slopes!.values,
        batchSize,
        numTokens,
        dim,
        numHeads!,
      );
      backend.disposeData(slopes!.info.dataId);
      return [dquery!.info, dkeys!.info, dvalues!.info];
    },

    GatherTokens({ inputs: { tokens, keep }, backend }) {
      const [batchSize, numTokens, dim] = tokens!.shape as [number, number, number];
      const [numRows, numVisible] = keep!.shape as [number, number];
      const kept = backend.output([numRows, numVisible, dim]);
      const [from, indices] = [backend.floatsOf(tokens!), backend.intsOf(keep!)];
      const outside = native.gather_tokens_f32(
        from,
        indices,
        kept.values,
        batchSize,
        numTokens,
        dim,
        numRows,
        numVisible,
      );
      if (outside) {
        backend.disposeData(kept.info.dataId);
        throw new RangeError(`Cannot gather tokens: an index is outside 0…${numTokens - 1}`);
      }
      return [kept.info];
    },

    GatherTokensGrad({ inputs: { dy, keep }, attrs: { batchSize, numTokens }, backend }) {
      const [numRows, numVisible, dim] = dy!.shape as [number, number, number];
      const dtokens = backend.output([batchSize!, numTokens!, dim]);
      const [dys, indices] = [backend.floatsOf(dy!), backend.intsOf(keep!)];
      native.gather_tokens_grad_f32(
        dys,
        indices,
        dtokens.values,
        batchSize!,
        numTokens!,
        dim,
        numRows,
        numVisible,
      );
      return [dtokens.info];
    },

    Conv1d({ inputs: { x, weight, bias }, attrs, backend }) {
      const [batchSize, time, channels] = x!.shape as [number, number, number];
      const outChannels = weight!.shape[1]!;
      const y = backend.output([batchSize, attrs.outTime!, outChannels]);
      const [xs, ws] = valuesOf(backend, x, weight);
      const bs = bias ? backend.floatsOf(bias) : null;
      native.conv1d_f32(
        xs!,
        ws!,
        bs,
        y.values,
        batchSize,
        time,
        channels,
        ...windowsOf(attrs),
        outChannels,
      );
      return [y.info];
    },

    Conv1dGradInput({ inputs: { dy, weight }, attrs, backend }) {
      const [batchSize, , outChannels] = dy!.shape as [number, number, number];
      const { time, channels } = attrs;
      const dx = backend.output([batchSize, time!, channels!]);
      const [dys, ws] = valuesOf(backend, dy, weight);
      native.conv1d_grad_input_f32(
        dys!,
        ws!,
        dx.values,
        batchSize,
        time!,
        channels!,
        ...windowsOf(attrs),
        outChannels,
      );
      return [dx.info];
    },

    Conv1dGradWeight({ inputs: { dy, x }, attrs, backend }) {
      const [batchSize, time, channels] = x!.shape as [number, number, number];
      const outChannels = dy!.shape[2]!;
      const dweight = backend.output([attrs.kernelSize! * channels / attrs.groups!, outChannels]);
      const [dys, xs] = valuesOf(backend, dy, x);
      native.conv1d_grad_weight_f32(
        dys!,
        xs!,
        dweight.values,
        batchSize,
        time,
        channels,
        ...windowsOf(attrs),
        outChannels,
      );
      return [dweight.info];
    },

    GroupedConv2d({ inputs: { x, weight, bias }, attrs: { groups }, backend }) {
      const [batchSize, height, width, channels] = x!.shape as [number, number, number, number];
      const [kernelSize, , outChannels] = weight!.shape as [number, number, number];
      const y = backend.output([batchSize, height, width, outChannels]);
      const [xs, ws, bs] = valuesOf(backend, x, weight, bias);
      native.grouped_conv2d_f32(
        xs!,
        ws!,
        bs!,
        y.values,
        batchSize,
        height,
        width,
        channels,
        kernelSize,
        groups!,
        outChannels,
      );
      return [y.info];
    },

    GroupedConv2dGradInput({ inputs: { dy, weight }, attrs: { groups }, backend }) {
      const [batchSize, height, width, outChannels] = dy!.shape as [number, number, number, number];
      const [kernelSize, rows] = weight!.shape as [number, number, number];
      const channels = rows * groups! / kernelSize;
      const dx = backend.output([batchSize, height, width, channels]);
      const [dys, ws] = valuesOf(backend, dy, weight);
      native.grouped_conv2d_grad_input_f32(
        dys!,
        ws!,
        dx.values,
        batchSize,
        height,
        width,
        channels,
        kernelSize,
        groups!,
        outChannels,
      );
      return [dx.info];
    },

    GroupedConv2dGradWeight({ inputs: { dy, x }, attrs: { groups, kernelSize }, backend }) {
      const [batchSize, height, width, channels] = x!.shape as [number, number, number, number];
      const outChannels = dy!.shape[3]!;
      const dweight = backend.output([kernelSize!, kernelSize! * channels / groups!, outChannels]);
      const [dys, xs] = valuesOf(backend, dy, x);
      native.grouped_conv2d_grad_weight_f32(
        dys!,
        xs!,
        dweight.values,
        batchSize,
        height,
        width,
        channels,
        kernelSize!,
        groups!,
        outChannels,
      );
      return [dweight.info];
    },

    GatherPatches({ inputs: { images, keep }, attrs: { patchSize }, backend }) {
      const [batchSize, height, width, channels] = images!.shape as [number, number, number, number];
      const numPatches = height / patchSize! * (width / patchSize!);
      const [numRows, numVisible] = keep ? keep.shape as [number, number] : [batchSize, numPatches];
      const patches = backend.output([numRows, numVisible, patchSize! ** 2 * channels]);
      const [pixels, indices] = [backend.floatsOf(images!), keep ? backend.intsOf(keep) : null];
      const outside = native.gather_patches_f32(
        pixels,
        indices,
        patches.values,
        batchSize,
        height,
        width,
        channels,
        patchSize!,
        numRows,
        numVisible,
      );
      if (outside) {
        backend.disposeData(patches.info.dataId);
        throw new RangeError(`Cannot gather patches: an index is outside 0…${numPatches - 1}`);
      }
      return [patches.info];
    },

    GatherPatchesGrad({ inputs: { dy, keep }, attrs, backend }) {
      const { batchSize, height, width, channels, patchSize } = attrs;
      const [numRows, numVisible] = dy!.shape as [number, number, number];
      const dimages = backend.output([batchSize!, height!, width!, channels!]);
      const [dys, indices] = [backend.floatsOf(dy!), keep ? backend.intsOf(keep) : null];
      native.gather_patches_grad_f32(
        dys,
        indices,
        dimages.values,
        batchSize!,
        height!,
        width!,
        channels!,
        patchSize!,
        numRows,
        numVisible,
      );
      return [dimages.info];
    },

    DropPathAdd({ inputs: { x, branch, scale }, backend }) {
      const out = backend.output(branch!.shape);
      const [xs, branches, scales] = valuesOf(backend, x, branch, scale);
      native.drop_path_add_f32(xs!, branches!, scales!, out.values, scale!.shape[0]!, sampleSize(branch!));
      return [out.info];
    },

    DropPathAddGrad({ inputs: { dy, scale }, backend }) {
      const dbranch = backend.output(dy!.shape);
      const [dys, scales] = valuesOf(backend, dy, scale);
      native.drop_path_add_f32(null, dys!, scales!, dbranch.values, scale!.shape[0]!, sampleSize(dy!));
      return [dbranch.info];
    },

    L2Normalize({ inputs: { x }, attrs: { epsilon }, backend }) {
      const dim = x!.shape.at(-1)!;
      const rows = rowsOf(x!);
      const [y, norm] = outputs(backend, x!.shape, [rows]);
      native.l2_normalize_f32(valuesOf(backend, x)[0]!, y!.values, norm!.values, rows, dim, epsilon!);
      return [y!.info, norm!.info];
    },

    L2NormalizeGrad({ inputs: { dy, y, norm }, attrs: { epsilon }, backend }) {
      const dim = y!.shape.at(-1)!;
      const dx = backend.output(y!.shape);
      const [dys, ys, norms] = valuesOf(backend, dy, y, norm);
      native.l2_normalize_grad_f32(dys!, ys!, norms!, dx.values, rowsOf(y!), dim, epsilon!);
      return [dx.info];
    },

    Accumulate({ inputs: { sum, x }, backend }) {
      const own = [sum!, x!].find((tensor) => backend.mayOverwrite(tensor));
      if (own) backend.incRef(own.dataId); // the result shares its values until it is disposed
      const { info, values } = own
        ? { info: own, values: backend.floatsOf(own) }
        : backend.output(sum!.shape);
      const [sums, xs] = valuesOf(backend, sum, x);
      native.binary_f32(0, sums!, xs!, values, 1, sizeOf(sum!), 0, 0, 1, 1);
      return [{ dataId: info.dataId, shape: info.shape, dtype: info.dtype }];
    },
  };
  for (const [kernelName, kernel] of Object.entries(kernels)) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc(call) {
        const { inputs, attrs, backend } = call as unknown as Call;
        for (const input of Object.values(inputs)) backend.admit(input);
        return kernel({ inputs, attrs, backend });
      },
    });
  }
}

/** Layer and batch norm alike; `statisticsAxis` 0 keeps one mean a row, 1 one a column. */
function normalize(
  kernel: NativeFunctions["layer_norm_f32"],
  statisticsAxis: 0 | 1,
): (call: Call) => TensorInfo[] {
  return ({ inputs: { x, weight, bias }, attrs: { epsilon }, backend }) => {
    const dim = weight!.shape[0]!;
    const rows = rowsOf(x!);
    const numStatistics = statisticsAxis === 0 ? rows : dim;
    const [y, mean, inverseStd] = outputs(backend, x!.shape, [numStatistics], [numStatistics]);
    const [xs, ws, bs] = valuesOf(backend, x, weight, bias);
    kernel(xs!, ws!, bs!, y!.values, mean!.values, inverseStd!.values, rows, dim, epsilon!);
    return [y!.info, mean!.info, inverseStd!.info];
  };
}

function normalizeGrad(kernel: NativeFunctions["layer_norm_grad_f32"]): (call: Call) => TensorInfo[] {
  return ({ inputs: { dy, x, weight, mean, inverseStd }, backend }) => {
    const dim = weight!.shape[0]!;
    const [dx, dweight, dbias] = outputs(backend, x!.shape, [dim], [dim]);
    const [dys, xs, ws, means, stds] = valuesOf(backend, dy, x, weight, mean, inverseStd);
    const rows = rowsOf(x!);
    kernel(dys!, xs!, ws!, means!, stds!, dx!.values, dweight!.values, dbias!.values, rows, dim);
    return [dx!.info, dweight!.info, dbias!.info];
  };
}

/** What the softmax of each row gives to the columns that count. */
function softmaxMeasure(kernel: NativeFunctions["softmax_entropy_f32"]): (call: Call) => TensorInfo[] {
  return ({ inputs: { scores, counts }, backend }) => {
    const [batchSize, dim] = counts!.shape as [number, number];
    const shape = scores!.shape.slice(0, -1);
    const [measure, logSum] = outputs(backend, shape, shape);
    const [xs, cs] = valuesOf(backend, scores, counts);
    kernel(xs!, cs!, measure!.values, logSum!.values, batchSize, rowsOf(scores!) / batchSize, dim);
    return [measure!.info, logSum!.info];
  };
}

function softmaxMeasureGrad(
  kernel: NativeFunctions["softmax_entropy_grad_f32"],
): (call: Call) => TensorInfo[] {
  return ({ inputs: { dy, scores, counts, measure, logSum }, backend }) => {
    const [batchSize, dim] = counts!.shape as [number, number];
    const dscores = backend.output(scores!.shape);
    const [dys, xs, cs, measures, sums] = valuesOf(backend, dy, scores, counts, measure, logSum);
    kernel(dys!, xs!, cs!, measures!, sums!, dscores.values, batchSize, rowsOf(scores!) / batchSize, dim);
    return [dscores.info];
  };
}

function outputs(backend: CompiledBackend, ...shapes: (readonly number[])[]): Output[] {
  return shapes.map((shape) => backend.output(shape));
}

function valuesOf(backend: CompiledBackend, ...tensors: (TensorInfo | undefined)[]): Floats[] {
  return tensors.map((tensor) => backend.floatsOf(tensor!));
}

function sizeOf(tensor: TensorInfo): number {
  return tf.util.sizeFromShape(tensor.shape);
}

/** Vectors of the last axis, also where they have no elements. */
function rowsOf(tensor: TensorInfo): number {
  return tf.util.sizeFromShape(tensor.shape.slice(0, -1));
}

/** Where a convolution's windows lie, in the order of the kernels' arguments. */
function windowsOf(attrs: Call["attrs"]): [number, number, number, number, number] {
  const { kernelSize, stride, groups, padding, outTime } = attrs;
  return [kernelSize!, stride!, groups!, padding!, outTime!];
}

/** Elements of one sample: all axes but the first. */
function sampleSize(tensor: TensorInfo): number {
  return tf.util.sizeFromShape(tensor.shape.slice(1));
}
