import assert from "node:assert/strict";
import { join } from "node:path";
import { SourceError } from "../source_error.ts";
import { withTempFolder } from "../_with_temp_folder.ts";
import { fileTokeniser } from "./file_tokeniser.ts";
import golden from "./fixtures/tokenisers.json" with { type: "json" }; // by write_tokenisers.py beside it

type Case = { readonly text: string; readonly ids: readonly number[]; readonly decoded: string };

/** Runs `use` with the path of a file of this content. */
async function withJson(content: unknown, use: (path: string) => Promise<void>): Promise<void> {
  await withTempFolder(async (folder) => {
    const path = join(folder, "tokenizer.json");
    await Deno.writeTextFile(path, typeof content === "string" ? content : JSON.stringify(content));
    await use(path);
  });
}

for (const [name, { file, cases }] of Object.entries(golden)) {
  Deno.test(`fileTokeniser() encodes and decodes ${name} as Python's tokenizers do`, async () => {
    await withJson(file, async (path) => {
      const { encode, decode } = await fileTokeniser(path);
      for (const { text, ids, decoded } of cases as readonly Case[]) {
        assert.deepEqual([...encode(text)], ids, text);
        assert.equal(decode(ids), decoded, text);
      }
    });
  });
}

Deno.test("fileTokeniser() finds special tokens by their usual spellings, or as told", async () => {
  await withJson(golden.WordPiece.file, async (path) => {
    const { specialIds, vocabularySize, decode } = await fileTokeniser(path);
    assert.deepEqual(specialIds, { padding: 0, unknown: 1, class: 2, separator: 3, mask: 4 }); // as they were given
    assert.equal(vocabularySize, Object.keys(golden.WordPiece.file.model.vocab).length);
    assert.equal(decode([2, 3, 0]), "");
    assert.throws(() => decode([vocabularySize]), RangeError);
    assert.throws(() => decode([-1]), RangeError);
    await assert.rejects(fileTokeniser(path, { mask: "<hidden>" }), /no token "<hidden>"/);
  });
  await withJson(golden.BPE.file, async (path) => {
    const { specialIds } = await fileTokeniser(path, { separator: "<sep>" });
    assert.deepEqual(specialIds, { separator: 0, padding: 1 });
  });
});

Deno.test("fileTokeniser() refuses what is not a tokenizer.json", async () => {
  await assert.rejects(fileTokeniser("no-such.json"), /Cannot read no-such\.json \(there is no such file\)/);
  const { model, ...rest } = golden.WordPiece.file;
  const strange = { ...rest, model: { ...model, vocab: { ...model.vocab, strange: "x" } } };
  for (
    const content of [strange, "{", "null", "[]", "{}", { model: { type: "Magic" } }, {
      model: { type: "BPE" },
    }]
  ) {
    await withJson(content, async (path) => {
      await assert.rejects(fileTokeniser(path), SourceError, JSON.stringify(content));
    });
  }
});
