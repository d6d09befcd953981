import assert from "node:assert/strict";
import { CommanderError } from "commander";
import { ConfigError } from "./errors.ts";
import { tellFailure } from "./tell_failure.ts";

/** The code and what was written. */
function told(error: unknown): [number, string] {
  let text = "";
  const code = tellFailure(error, { writeError: (written) => text += written });
  return [code, text];
}

Deno.test("tellFailure() gives an error of ours by its message, a bug with its stack, and says nothing twice", () => {
  assert.deepEqual(told(new ConfigError("no such preset")), [2, "no such preset\n"]);
  const [code, text] = told(new TypeError("a bug"));
  assert.equal(code, 1);
  assert.match(text, /TypeError: a bug\n.*tell_failure_test\.ts/s);
  assert.deepEqual(told(new CommanderError(1, "commander.unknownOption", "unknown option")), [2, ""]);
});
