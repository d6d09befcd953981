/**
 * Tokenisers that were trained elsewhere.
 * @module
 */
import { Tokenizer } from "@huggingface/tokenizers";
import { isMissing } from "../_is_missing.ts";
import { SourceError } from "../source_error.ts";
import type { SpecialIds, Tokeniser } from "./tokeniser.ts";

type TokenizerJson = {
  readonly model: { readonly vocab: unknown };
  readonly added_tokens: readonly {
    readonly id: number;
    readonly content: string;
    readonly special: boolean;
  }[];
};

/** How the special tokens are written in common vocabularies; the first that a vocabulary has is taken. */
const SPELLINGS: Readonly<Record<keyof SpecialIds, readonly string[]>> = {
  separator: ["[SEP]", "</s>", "<|endoftext|>", "<|end_of_text|>", "<eos>", "[EOS]"],
  padding: ["[PAD]", "<pad>", "<|pad|>", "<|padding|>"],
  mask: ["[MASK]", "<mask>", "<|mask|>"],
  class: ["[CLS]", "<s>", "<|begin_of_text|>", "<bos>", "[BOS]"],
  unknown: ["[UNK]", "<unk>", "<|unk|>"],
};

/**
 * A tokeniser from a `tokenizer.json`, the file that Hugging Face's libraries write: BPE, WordPiece or Unigram with all that goes around
 * them, run by `npm:@huggingface/tokenizers`. No file of another kind is needed, and none is downloaded.
 * Text that spells a special token becomes that token, as in those libraries.
 * @param file Path of the file.
 * @param specials How special tokens are written, where they are not written as usual: { separator: "<end>" }.
 * @throws {SourceError} If the file is missing or not such a file.
 * @throws {RangeError} If the vocabulary lacks a token of `specials`.
 */
export async function fileTokeniser(
  file: string,
  specials: Readonly<Partial<Record<keyof SpecialIds, string>>> = {},
): Promise<Tokeniser> {
  const json = await readJson(file);
  const tokenizer = build(file, json);
  const ids = [...tokenizer.get_vocab(true).values(), ...json.added_tokens.map(({ id }) => id)];
  checkIndices(file, json);
  const vocabularySize = ids.reduce((max, id) => Math.max(max, id), -1) + 1; // indices may have gaps
  const silent = new Set(json.added_tokens.filter(({ special }) => special).map(({ id }) => id));
  return {
    vocabularySize,
    specialIds: findSpecials(file, tokenizer, specials),
    encode: (text) => Int32Array.from(tokenizer.encode(text, { add_special_tokens: false }).ids),
    decode(ids) {
      const kept: number[] = [];
      for (let i = 0; i < ids.length; i++) {
        const id = ids[i]!;
        if (!(Number.isInteger(id) && id >= 0 && id < vocabularySize)) {
          throw new RangeError(`Index ${id} at ${i} is not in the vocabulary of ${vocabularySize}`);
        }
        if (!silent.has(id)) kept.push(id);
      }
      return kept.length === 0 ? "" : tokenizer.decode(kept, { clean_up_tokenization_spaces: false });
    },
  };
}

async function readJson(file: string): Promise<TokenizerJson> {
  let json: Partial<TokenizerJson>;
  try {
    json = JSON.parse(await Deno.readTextFile(file));
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    const reason = isMissing(cause) ? "there is no such file" : (cause as Error).message;
    throw new SourceError(file, `Cannot read ${file} (${reason}): give the path of a tokenizer.json`, {
      cause,
    });
  }
  if (typeof json?.model !== "object" || json.model === null) throw notOne(file, 'it has no "model"');
  return { ...json, model: json.model, added_tokens: json.added_tokens ?? [] };
}

function build(file: string, json: TokenizerJson): Tokenizer {
  try {
    return new Tokenizer(json, {});
  } catch (cause) {
    throw notOne(file, (cause as Error).message, cause);
  }
}

/** The library takes any value for an index, and loses the token. */
function checkIndices(file: string, { model, added_tokens }: TokenizerJson): void {
  const { vocab } = model;
  const named = typeof vocab === "object" && vocab !== null && !Array.isArray(vocab)
    ? Object.entries(vocab)
    : [];
  for (const [token, id] of [...named, ...added_tokens.map(({ content, id }) => [content, id] as const)]) {
    if (Number.isInteger(id) && id >= 0 && id < 2 ** 31) continue;
    throw notOne(file, `the token ${JSON.stringify(token)} has the index ${JSON.stringify(id)}`);
  }
}

function notOne(file: string, reason: string, cause?: unknown): SourceError {
  const message =
    `${file} is not a tokenizer.json (${reason}): save it with the tokenizers library, version 0.9 or later`;
  return new SourceError(file, message, { cause });
}

function findSpecials(
  file: string,
  tokenizer: Tokenizer,
  specials: Readonly<Partial<Record<keyof SpecialIds, string>>>,
): SpecialIds {
  const found: { -readonly [role in keyof SpecialIds]: number } = {};
  for (const role of Object.keys(SPELLINGS) as (keyof SpecialIds)[]) {
    const given = specials[role];
    const spellings = given === undefined ? SPELLINGS[role] : [given];
    const id = spellings.map((spelling) => tokenizer.token_to_id(spelling)).find((id) => id !== undefined);
    if (id !== undefined) found[role] = id;
    else if (given !== undefined) {
      throw new RangeError(`${file} has no token ${JSON.stringify(given)}: name one of its vocabulary`);
    }
  }
  return found;
}
